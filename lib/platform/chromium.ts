import browser from 'webextension-polyfill';
import { isPrivate, PRIVATE_URLS } from '../policy/addresses.ts';
import { sendToDownloader } from '../protocol/send.ts';
import type { Platform } from './platform.ts';
import {
  dropRules,
  hostFrameRule,
  putRules,
  requestRule,
  type SessionRule,
  STORAGE_ACCESS,
} from './session-rules.ts';

const OFFSCREEN_PAGE = 'offscreen.html';

/** https://developer.chrome.com/docs/extensions/reference/api/offscreen */
let starting: Promise<void> | undefined;

/** Starts the offscreen document where it isn't there: the downloader lives in it. */
function startOffscreenDocument(): Promise<void> {
  starting ??= createOffscreenDocument().finally(() => {
    starting = undefined;
  });
  return starting;
}

async function createOffscreenDocument(): Promise<void> {
  if (await downloaderRuns()) return;
  await dropRules();
  await chrome.offscreen.createDocument({
    url: OFFSCREEN_PAGE,
    reasons: ['WORKERS', 'BLOBS', 'IFRAME_SCRIPTING'],
    justification: 'Downloads for sites that outlive their tabs, and the hand-over of what was downloaded.',
  });
}

async function downloaderRuns(): Promise<boolean> {
  const contexts = await chrome.runtime.getContexts({ contextTypes: ['OFFSCREEN_DOCUMENT'] });
  return contexts.length > 0;
}

/** The downloader makes the rules; where it is gone, what it left is of no use. */
async function dropOldRules(): Promise<void> {
  if (!(await downloaderRuns())) await dropRules();
}

const OWN_REQUESTS = { tabIds: [-1], initiatorDomains: [browser.runtime.id] };

/** Matches what is requested under our own document, by others than itself. */
function underOurDocument(token: string) {
  const { id } = browser.runtime;
  return {
    tabIds: [-1],
    topDomains: [id],
    excludedInitiatorDomains: [id],
    // Tells the rules from those of other host frames.
    excludedRequestDomains: [`${token}.invalid`],
  };
}

/**
 * For what a host frame's document would load: where the site's own worker answers, its headers are not ours to set. But
 * for scripts, which the emulated scope imports.
 */
function nothingLoadsRule(token: string): SessionRule {
  return {
    condition: {
      ...underOurDocument(token),
      resourceTypes: ['sub_frame', 'stylesheet', 'image', 'font', 'object', 'media', 'ping', 'other'],
    },
    action: { type: 'block' },
  };
}

/** For what is requested in a host frame, on every hop. */
function hostFrameRequestsRules(token: string, origin: string): SessionRule[] {
  const self = new URL(origin);
  const condition = underOurDocument(token);
  const withoutCookies: SessionRule = {
    condition: { ...condition, domainType: 'thirdParty' },
    action: {
      type: 'modifyHeaders',
      requestHeaders: [{ header: 'cookie', operation: 'remove' }],
      responseHeaders: [{ header: 'set-cookie', operation: 'remove' }],
    },
  };
  const withoutStorageAccess: SessionRule = {
    condition,
    action: { type: 'modifyHeaders', requestHeaders: [{ header: STORAGE_ACCESS, operation: 'remove' }] },
  };
  const headers = [withoutCookies, withoutStorageAccess];
  if (isPrivate(self)) return headers;
  const stayOutside = PRIVATE_URLS.map(
    (regexFilter): SessionRule => ({
      condition: { ...condition, initiatorDomains: [self.hostname], regexFilter },
      action: { type: 'block' },
    }),
  );
  return [...headers, ...stayOutside];
}

const PAGE_SCRIPTS = [
  { id: 'page', js: ['page.js'], world: 'MAIN' as const },
  { id: 'bridge', js: ['bridge.js', 'client-messages.js'], world: 'ISOLATED' as const },
].map((script) => ({
  ...script,
  matches: ['http://*/*', 'https://*/*'],
  runAt: 'document_start' as const,
  allFrames: true,
  matchOriginAsFallback: true,
  persistAcrossSessions: true,
}));

export const chromium: Platform = {
  start() {
    dropOldRules().catch((error: unknown) => console.error('Backfetch: old rules stayed.', error));
  },
  downloader: {
    async call(name, argument) {
      await startOffscreenDocument();
      return sendToDownloader(name, argument);
    },
  },
  async setUpPages({ takeOver }) {
    const wanted = takeOver || !('BackgroundFetchManager' in globalThis);
    const registered = await chrome.scripting.getRegisteredContentScripts({
      ids: PAGE_SCRIPTS.map(({ id }) => id),
    });
    if (wanted === registered.length > 0) return;
    if (wanted) await chrome.scripting.registerContentScripts(PAGE_SCRIPTS);
    else await chrome.scripting.unregisterContentScripts({ ids: PAGE_SCRIPTS.map(({ id }) => id) });
  },
  async setRule(token, rule) {
    switch (rule?.of) {
      case 'host frame':
        return putRules(token, [hostFrameRule(OWN_REQUESTS, token), nothingLoadsRule(token)]);
      case 'host frame requests':
        return putRules(token, [
          nothingLoadsRule(token),
          ...hostFrameRequestsRules(token, rule.fetcher.origin),
        ]);
      case 'request':
        return putRules(token, [requestRule(OWN_REQUESTS, token, rule)]);
      default:
        return putRules(token, []);
    }
  },
  // A site's service worker can't be extended here: its events run in an emulated scope.
  async loadScopeScript() {
    const response = await fetch(browser.runtime.getURL('/emulated-scope.js'));
    return response.blob();
  },
};
