import browser from 'webextension-polyfill';
import { HOST_FRAME_PARAMETER } from '../protocol/host-frame.ts';
import type { Platform } from './platform.ts';

/** What may keep a host frame from loading, or (Clear-Site-Data) act on the site although nobody visited it. */
const REFUSING_HEADERS = [
  'content-security-policy',
  'content-security-policy-report-only',
  'x-frame-options',
  'cross-origin-resource-policy',
  'cross-origin-embedder-policy',
  'cross-origin-opener-policy',
  'clear-site-data',
];

/**
 * Takes refusing headers off the answer to one host frame, which is known by its random token, and stops doing so.
 * Session rules: a browser that dies takes them with it.
 */
export async function frameRule(
  ownFrames: Platform['ownFrames'],
  token: string,
  open: boolean,
): Promise<void> {
  const rules = await browser.declarativeNetRequest.getSessionRules();
  const urlFilter = `${HOST_FRAME_PARAMETER}=${token}`;
  const old = rules.filter((rule) => rule.condition.urlFilter === urlFilter).map((rule) => rule.id);
  const id = 1 + Math.max(0, ...rules.map((rule) => rule.id));
  await browser.declarativeNetRequest.updateSessionRules({
    removeRuleIds: old,
    addRules: open
      ? [
          {
            id,
            condition: { ...ownFrames, urlFilter, resourceTypes: ['sub_frame'] },
            action: {
              type: 'modifyHeaders',
              responseHeaders: REFUSING_HEADERS.map((header) => ({ header, operation: 'remove' as const })),
            },
          },
        ]
      : [],
  });
}
