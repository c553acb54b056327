import type { Runtime } from 'webextension-polyfill';
import { openDoor } from '../door/door.ts';
import { runtimeChannel } from '../platform/runtime.ts';
import { rpcServer } from '../protocol/rpc.ts';
import { snapshotOf } from '../store/background-fetches.ts';
import { announceChange, onChange, Pace } from '../store/changes.ts';
import { db } from '../store/database.ts';
import { siteOf } from './sender.ts';

/** The pages that are connected, each with the background fetches that it knows. */
const pages = new Set<{ keys: Set<string>; push(message: unknown): void }>();

/**
 * Serves a page's bridge as long as its port lives. The browser tells of the tab's own page only; that a document in
 * between is of another origin the bridge has to say (`embedded`).
 */
export function serveBridge(
  port: Runtime.Port,
  embedded: boolean,
  wakeDownloader: (key: string) => Promise<void>,
): void {
  const site = siteOf(port.sender);
  if (!site) {
    port.disconnect();
    return;
  }
  const channel = runtimeChannel(port);
  const keys = new Set<string>();
  const gone = new AbortController();
  const door = openDoor(
    { ...site, thirdParty: site.thirdParty || embedded },
    {
      async changed(key) {
        announceChange(key);
        await wakeDownloader(key);
      },
      seen: (key) => keys.add(key),
      gone: gone.signal,
    },
  );
  const page = { keys, push: rpcServer(channel, door).push };
  pages.add(page);
  channel.onClose(() => {
    pages.delete(page);
    gone.abort();
  });
}

/** Pages hear of a background fetch that goes on at most so often (ms). */
const TELL_EVERY = 100;

/** Pushes changes to the pages they concern: https://wicg.github.io/background-fetch/#update-background-fetch-instances */
export function updatePages(): void {
  const tell = (key: string) =>
    updatePagesAbout(key, pace).catch((error: unknown) =>
      console.error('Backfetch: pages are not up to date.', error),
    );
  const pace = new Pace(TELL_EVERY, tell);
  onChange(tell);
}

async function updatePagesAbout(key: string, pace: Pace): Promise<void> {
  const concerned = [...pages].filter((page) => page.keys.has(key));
  if (concerned.length === 0) return;
  const row = await db.backgroundFetches.get(key);
  // The result is not held back: pages have it before the service worker gets its event.
  if (!row || (row.result === '' && !pace.passes(key))) return;
  const snapshot = snapshotOf(row);
  for (const page of concerned) page.push(snapshot);
}
