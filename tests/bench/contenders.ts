/** The ways of getting files into the site's Cache Storage that are compared. Both run in a page of the test site. */
import type { Page } from 'puppeteer-core';
import { startFetch } from '../support/site-page.ts';

const TIMEOUT = 600_000;

/** The page's own `fetch` → `cache.put`, six at once. The yardstick. */
export async function byPage(page: Page, urls: string[]): Promise<void> {
  await page.evaluate(async (urls) => {
    const cache = await caches.open('downloads');
    const queue = [...urls];
    const next = async () => {
      for (let url = queue.shift(); url; url = queue.shift()) await cache.put(url, await fetch(url));
    };
    await Promise.all(Array.from({ length: 6 }, next));
  }, urls);
}

/** Background Fetch, until the service worker's handler has cached everything. */
export async function byBackgroundFetch(page: Page, urls: string[]): Promise<void> {
  await startFetch(page, 'bench', urls, { title: 'Benchmark' });
  await page.waitForFunction(async () => (await (await caches.open('events')).keys()).length > 0, {
    polling: 20,
    timeout: TIMEOUT,
  });
}

/**
 * Stores files as Backfetch does at its best, in one file of the origin private file system, and puts them from there into
 * the cache, all at once as a site's handler does. Returns how long that took (ms): no hand-off can take less.
 */
export function putStored(page: Page, urls: string[]): Promise<number> {
  return page.evaluate(async (urls) => {
    const directory = await navigator.storage.getDirectory();
    const handle = await directory.getFileHandle('stored', { create: true });
    const writable = await handle.createWritable();
    const ends: number[] = [];
    for (const url of urls) {
      const { body } = await fetch(url);
      let end = ends.at(-1) ?? 0;
      for await (const chunk of body as unknown as AsyncIterable<Uint8Array<ArrayBuffer>>) {
        await writable.write(chunk);
        end += chunk.byteLength;
      }
      ends.push(end);
    }
    await writable.close();
    const file = await handle.getFile();
    const cache = await caches.open('downloads');
    const startedAt = performance.now();
    await Promise.all(
      urls.map((url, i) => cache.put(url, new Response(file.slice(ends[i - 1] ?? 0, ends[i])))),
    );
    const time = performance.now() - startedAt;
    await directory.removeEntry('stored');
    return time;
  }, urls);
}

/** Checks that all arrived, and throws it away. */
export async function clear(page: Page, urls: string[]): Promise<void> {
  const count = await page.evaluate(async () => {
    const cached = await (await caches.open('downloads')).keys();
    await caches.delete('downloads');
    await caches.delete('events');
    return cached.length;
  });
  if (count !== urls.length) throw new Error(`${count} of ${urls.length} files were cached.`);
}
