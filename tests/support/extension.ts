/** What tests ask of the extension itself, from one of its pages. */
import type { Page } from 'puppeteer-core';
import type { BrowserUnderTest } from './browser.ts';

const HURRY_EVERY = 100;

/** Number of rows in each of the extension's tables. */
export async function tableSizes(extensionPage: Page): Promise<Record<string, number>> {
  return extensionPage.evaluate(async () => {
    const done = <Result>(request: IDBRequest<Result>) =>
      new Promise<Result>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const database = await done(indexedDB.open('backfetch'));
    try {
      const transaction = database.transaction([...database.objectStoreNames]);
      const sizes = [...database.objectStoreNames].map(
        async (name) => [name, await done(transaction.objectStore(name).count())] as const,
      );
      return Object.fromEntries(await Promise.all(sizes));
    } finally {
      database.close();
    }
  });
}

/** Until the tabs are closed, lets nothing wait for another try: as a person who keeps pressing "Try now". */
export async function hurry(browser: BrowserUnderTest): Promise<Page> {
  const page = await browser.openExtensionPage('options.html');
  await page.evaluate(async (every) => {
    const { runtime } = (globalThis as unknown as { browser?: typeof chrome }).browser ?? chrome;
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open('backfetch');
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    setInterval(() => {
      const rows = database.transaction('backgroundFetches').objectStore('backgroundFetches').getAll();
      rows.onsuccess = () => {
        for (const { key, state, retryAt } of rows.result as {
          key: string;
          state: string;
          retryAt: number;
        }[])
          if (state === 'active' && retryAt > 0)
            void runtime.sendMessage({ to: 'background', name: 'tryNow', argument: { key } });
      };
    }, every);
  }, HURRY_EVERY);
  return page;
}
