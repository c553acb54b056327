import { reportChanges } from '../downloader/downloader.ts';
import { startDownloader } from '../downloader/start.ts';
import type { DownloaderCommands } from '../protocol/commands.ts';
import { receiveCommands } from '../protocol/receive.ts';
import { sendCommand } from '../protocol/send.ts';
import { announceChange } from '../store/changes.ts';
import { startBodyWriter } from './chromium-body-writer.ts';

/** The document closes when it had nothing to do for so long (ms): the background opens it again when there is. */
const IDLE = 30_000;
/** The background hears of each background fetch's changes at most so often (ms). */
const REPORT_EVERY = 100;

/** The downloader's document in Chromium: https://developer.chrome.com/docs/extensions/reference/api/offscreen */
export function startOffscreen(): void {
  let holders = 0;
  let idle = setTimeout(close, IDLE);
  const downloader = startDownloader({
    // Streams have backpressure here.
    segmentBytes: Number.POSITIVE_INFINITY,
    openFile: startBodyWriter(),
    async loadScopeScript() {
      const response = await fetch('/emulated-scope.js');
      return response.blob();
    },
    hold() {
      holders += 1;
      clearTimeout(idle);
      return () => {
        holders -= 1;
        if (holders === 0) idle = setTimeout(close, IDLE);
      };
    },
    async tellPages(key) {
      await sendCommand('changed', { key });
    },
    async setRule(token, rule) {
      await sendCommand('setRule', { token, rule });
    },
    async openTab(url) {
      await sendCommand('openTab', { url });
    },
    clients: {
      match: (origin) => sendCommand('matchClients', { origin }),
      async post(origin, id, message) {
        await sendCommand('postToClient', { origin, id, message });
      },
      async focus(origin, id) {
        await sendCommand('focusClient', { origin, id });
      },
    },
  });
  receiveCommands<DownloaderCommands>('downloader', {
    ...downloader,
    async wake(argument) {
      // What changed in the background's document: a service worker's call may wait for it here.
      if (argument.key) announceChange(argument.key);
      return downloader.wake(argument);
    },
  });
  reportChanges((key) => {
    sendCommand('changed', { key }).catch((error: unknown) => {
      console.error('Backfetch: the background did not hear of a change.', error);
    });
  }, REPORT_EVERY);
}
