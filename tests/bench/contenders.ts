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
