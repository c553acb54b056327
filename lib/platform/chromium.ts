import browser from 'webextension-polyfill';
import { sendToDownloader } from '../protocol/send.ts';
import type { Platform } from './platform.ts';

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
  const contexts = await chrome.runtime.getContexts({ contextTypes: ['OFFSCREEN_DOCUMENT'] });
  if (contexts.length > 0) return;
  await chrome.offscreen.createDocument({
    url: OFFSCREEN_PAGE,
    reasons: ['WORKERS', 'BLOBS', 'IFRAME_SCRIPTING'],
    justification: 'Downloads for sites that outlive their tabs, and the hand-over of what was downloaded.',
  });
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
  start: () => {},
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
  ownFrames: { tabIds: [-1], initiatorDomains: [browser.runtime.id] },
  // A site's service worker can't be extended here: its events run in an emulated scope.
  async loadScopeScript() {
    const response = await fetch(browser.runtime.getURL('/emulated-scope.js'));
    return response.blob();
  },
};
