/**
 * Rules for our own requests: https://developer.mozilla.org/en-US/docs/Mozilla/Add-ons/WebExtensions/API/declarativeNetRequest
 * Session rules: a browser that dies takes them with it.
 */
import browser, { type DeclarativeNetRequest } from 'webextension-polyfill';
import { HOST_FRAME_PARAMETER } from '../protocol/host-frame.ts';
import type { Rule } from '../protocol/rules.ts';

/**
 * What may keep a host frame from loading, load more (Link), or act on the site although nobody visited it
 * (Clear-Site-Data, Refresh).
 */
const UNWANTED_HEADERS = [
  'content-security-policy-report-only',
  'content-disposition',
  'x-frame-options',
  'clear-site-data',
  'refresh',
  'link',
];

/**
 * Of what a site's page would load nothing is wanted in a host frame, and so it is plain text. Where it can't be made that,
 * the policy holds, and the sandbox keeps scripts from running.
 */
const HOST_FRAME_POLICY = ['img', 'media', 'style', 'font', 'object', 'frame', 'manifest']
  .map((kind) => `${kind}-src 'none'`)
  .join('; ');

/** Ids are given out from what is there: two changes at once would take the same. */
let last: Promise<void> = Promise.resolve();

function oneAtATime(change: () => Promise<void>): Promise<void> {
  last = last.then(change, change);
  return last;
}

/**
 * Ends all rules. To be called where nothing of ours is under way: what died with its document leaves its rule behind.
 */
export function dropRules(): Promise<void> {
  return oneAtATime(async () => {
    const rules = await browser.declarativeNetRequest.getSessionRules();
    await browser.declarativeNetRequest.updateSessionRules({ removeRuleIds: rules.map(({ id }) => id) });
  });
}

/** A rule without its id; its condition holds the token by which it is found again. */
export type SessionRule = Omit<DeclarativeNetRequest.Rule, 'id'>;

/** Puts rules in force instead of those that have this token. */
export function putRules(token: string, rules: SessionRule[]): Promise<void> {
  return oneAtATime(async () => {
    const all = await browser.declarativeNetRequest.getSessionRules();
    const old = all.filter(({ condition }) => JSON.stringify(condition).includes(token));
    const id = 1 + Math.max(0, ...all.map((each) => each.id));
    await browser.declarativeNetRequest.updateSessionRules({
      removeRuleIds: old.map((each) => each.id),
      addRules: rules.map((rule, i) => ({ id: id + i, ...rule })),
    });
  });
}

/**
 * Tells servers whether cookies of another site could be had. Under our own document the browser says so where it would
 * not for the site's page, and none go with the request.
 */
export const STORAGE_ACCESS = 'sec-fetch-storage-access';

/** Limits a rule to requests of our own documents and their frames, as far as the browser can tell them. */
export interface OwnRequests {
  tabIds: number[];
  initiatorDomains?: string[];
}

export function hostFrameRule(ownRequests: OwnRequests, token: string): SessionRule {
  return {
    condition: {
      ...ownRequests,
      urlFilter: `${HOST_FRAME_PARAMETER}=${token}`,
      resourceTypes: ['sub_frame'],
    },
    action: {
      type: 'modifyHeaders',
      responseHeaders: [
        ...UNWANTED_HEADERS.map((header) => ({ header, operation: 'remove' as const })),
        { header: 'content-security-policy', operation: 'set', value: HOST_FRAME_POLICY },
        { header: 'content-type', operation: 'set', value: 'text/plain' },
        { header: 'x-content-type-options', operation: 'set', value: 'nosniff' },
      ],
    },
  };
}

export function requestRule(
  ownRequests: OwnRequests,
  token: string,
  { referer, mode }: Extract<Rule, { of: 'request' }>,
): SessionRule {
  return {
    condition: { ...ownRequests, urlFilter: `#${token}`, resourceTypes: ['xmlhttprequest'] },
    action: {
      type: 'modifyHeaders',
      requestHeaders: [
        { header: 'origin', operation: 'remove' },
        referer === ''
          ? { header: 'referer', operation: 'remove' }
          : { header: 'referer', operation: 'set', value: referer },
        { header: 'sec-fetch-site', operation: 'set', value: 'same-origin' },
        { header: 'sec-fetch-mode', operation: 'set', value: mode },
        { header: STORAGE_ACCESS, operation: 'remove' },
      ],
    },
  };
}
