/** A service worker from before the extension came, which can not be told of anything: the site's cache is filled instead. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'puppeteer-core';
import { afterAll, expect, test } from 'vitest';
import { site } from '../site/site.ts';
import { launch } from '../support/browser.ts';
import { builtExtension } from '../support/built-extension.ts';
import { sha256 } from '../support/bytes.ts';
import { rowText } from '../support/popup.ts';
import { startServer } from '../support/server.ts';
import { openSite, startFetch } from '../support/site-page.ts';
import { until } from '../support/until.ts';
import { browserName } from '../support/use-browser.ts';

const profile = mkdtempSync(join(tmpdir(), 'backfetch-last-resort-'));
const server = await startServer(site);
afterAll(async () => {
  await server.close();
  rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
});

/** Makes everything that waits for another try go on, as the person can. */
function tryAllNow(popup: Page): Promise<unknown> {
  return popup.evaluate(async () => {
    const { browser, chrome } = globalThis as unknown as Record<string, typeof globalThis.chrome | undefined>;
    const request = indexedDB.open('backfetch');
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    const all = database.transaction('backgroundFetches').objectStore('backgroundFetches').getAllKeys();
    const keys = await new Promise<IDBValidKey[]>((resolve, reject) => {
      all.onsuccess = () => resolve(all.result);
      all.onerror = () => reject(all.error);
    });
    database.close();
    const { runtime } = (browser ?? chrome) as typeof globalThis.chrome;
    for (const key of keys)
      await runtime.sendMessage({ to: 'background', name: 'tryNow', argument: { key } });
  });
}

test('what its worker can not be told lands in a cache of the site', async () => {
  const origin = server.freshOrigin();
  const url = '/bytes/art?size=60000';
  const before = await launch(browserName, { extension: null, profile });
  try {
    await openSite(before, origin);
  } finally {
    await before.close();
  }
  const browser = await launch(browserName, { extension: builtExtension(browserName), profile });
  try {
    // The worker stays the one that knows nothing of us: its script can't be had any more.
    server.intercept(({ url, response }) => {
      if (!url.pathname.endsWith('/sw.js')) return false;
      response.writeHead(500).end();
      return true;
    });
    const page = await openSite(browser, origin);
    await startFetch(page, 'art', [url], { title: 'Art' });
    const popup = await browser.openPopup();
    await until(
      'the popup says where it is',
      async () => {
        await tryAllNow(popup);
        return /cache\s*.?background-fetch:art/.test((await rowText(popup, 'Art')) ?? '');
      },
      80_000,
    );
    const found = await page.evaluate(async (url) => {
      const response = await caches.match(url);
      const hash = new Uint8Array(
        await crypto.subtle.digest('SHA-256', (await response?.arrayBuffer()) ?? new ArrayBuffer(0)),
      );
      return {
        caches: (await caches.keys()).filter((name) => name !== 'events'),
        hash: Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join(''),
      };
    }, url);
    expect(found).toEqual({ caches: ['background-fetch:art'], hash: sha256('art', 60_000) });
  } finally {
    await browser.close();
  }
});
