import browser from 'webextension-polyfill';
import { startDownloader } from '../downloader/start.ts';
import type { Answers } from '../protocol/calls.ts';
import type { DownloaderCommands } from '../protocol/commands.ts';
import { announceChange } from '../store/changes.ts';
import { openBodyFile } from './firefox-body-writer.ts';
import { forgetHostFrame, watchHostFrame } from './firefox-host-frame-requests.ts';
import { extendServiceWorkerScripts } from './firefox-service-worker-scripts.ts';
import { hearWorkers } from './firefox-worker-knocks.ts';
import { openTab } from './open-tab.ts';
import type { Platform } from './platform.ts';
import { dropRules, hostFrameRule, putRules, requestRule } from './session-rules.ts';
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

/** Requests in no tab; the token has to tell them from those of service workers. */
const OWN_REQUESTS = { tabIds: [-1] };

let downloader: Answers<DownloaderCommands> | undefined;

/** The event page is background and downloader in one. */
export const firefox: Platform = {
  start() {
    extendServiceWorkerScripts(browser);
    // The downloader, whose rules they were, was in the event page before this one.
    dropRules().catch((error: unknown) => console.error('Backfetch: old rules stayed.', error));
    hearWorkers(browser, (knock) =>
      firefox.downloader.call('knock', knock).catch((error: unknown) => {
        console.error('Backfetch: a service worker could not be heard.', error);
        return false;
      }),
    );
  },
  downloader: {
    call(name, argument) {
      downloader ??= startDownloader({
        // Streams have no backpressure here.
        segmentBytes: 16 * 1024 * 1024,
        openFile: openBodyFile,
        loadScopeScript: firefox.loadScopeScript,
        hold,
        // Who tells them listens in this document.
        tellPages: async (key) => announceChange(key),
        setRule: firefox.setRule,
        openTab,
        clients: siteClients,
      });
      return downloader[name](argument as never) as never;
    },
  },
  // The manifest registers the page scripts: Firefox has no Background Fetch of its own.
  setUpPages: async () => {},
  async setRule(token, rule) {
    // The rules of Firefox can't tell a host frame's requests from those of the site's own service worker.
    if (rule?.of === 'host frame requests') watchHostFrame(token, rule.fetcher);
    else forgetHostFrame(token);
    if (rule?.of === 'host frame') await putRules(token, [hostFrameRule(OWN_REQUESTS, token)]);
    else if (rule?.of === 'request') await putRules(token, [requestRule(OWN_REQUESTS, token, rule)]);
    else await putRules(token, []);
  },
  loadScopeScript: async () => null,
};
