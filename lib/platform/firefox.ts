import browser from 'webextension-polyfill';
import { startDownloader } from '../downloader/start.ts';
import type { Answers } from '../protocol/calls.ts';
import type { DownloaderCommands } from '../protocol/commands.ts';
import { announceChange } from '../store/changes.ts';
import { extendServiceWorkerScripts } from './firefox-service-worker-scripts.ts';
import { hearWorkers } from './firefox-worker-knocks.ts';
import { frameRule } from './frame-rule.ts';
import { openTab } from './open-tab.ts';
import type { Platform } from './platform.ts';
import { siteClients } from './site-clients.ts';

/** Firefox ends an idle event page after 30 s, but not one that calls an extension API now and then. */
const KEEP_ALIVE_EVERY = 15_000;

const holders = new Set<symbol>();
let keepingAlive: ReturnType<typeof setInterval> | undefined;

function hold(): () => void {
  const holder = Symbol('holder');
  holders.add(holder);
  keepingAlive ??= setInterval(() => void browser.runtime.getPlatformInfo(), KEEP_ALIVE_EVERY);
  return () => {
    holders.delete(holder);
    if (holders.size > 0) return;
    clearInterval(keepingAlive);
    keepingAlive = undefined;
  };
}

let downloader: Answers<DownloaderCommands> | undefined;

/** The event page is background and downloader in one. */
export const firefox: Platform = {
  start() {
    extendServiceWorkerScripts(browser);
    hearWorkers(browser, (knock) => {
      firefox.downloader.call('knock', knock).catch((error: unknown) => {
        console.error('Backfetch: a service worker could not be heard.', error);
      });
    });
  },
  downloader: {
    call(name, argument) {
      downloader ??= startDownloader({
        // Streams have no backpressure here.
        segmentBytes: 16 * 1024 * 1024,
        loadScopeScript: firefox.loadScopeScript,
        hold,
        // Who tells them listens in this document.
        tellPages: async (key) => announceChange(key),
        frameRule: (token, open) => frameRule(firefox.ownFrames, token, open),
        openTab,
        clients: siteClients,
      });
      return downloader[name](argument as never) as never;
    },
  },
  // The manifest registers the page scripts: Firefox has no Background Fetch of its own.
  setUpPages: async () => {},
  ownFrames: { tabIds: [-1] },
  loadScopeScript: async () => null,
};
