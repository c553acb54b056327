/** What tests ask of the extension itself, from one of its pages. */
import type { Page } from 'puppeteer-core';
import type { BrowserUnderTest } from './browser.ts';

const HURRY_EVERY = 100;

/** What the extension keeps: rows in each of its tables, and files. */
export async function keptBy(extensionPage: Page): Promise<Record<string, number>> {
  return extensionPage.evaluate(async () => {
    const done = <Result>(request: IDBRequest<Result>) =>
      new Promise<Result>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const countFiles = async (directory: FileSystemDirectoryHandle): Promise<number> => {
      let files = 0;
      try {
        for await (const entry of directory.values())
          files += entry instanceof FileSystemDirectoryHandle ? await countFiles(entry) : 1;
      } catch (error) {
        // It is deleted just now.
        if (!(error instanceof DOMException && error.name === 'NotFoundError')) throw error;
        return 0;
      }
      return files;
    };
    const database = await done(indexedDB.open('backfetch'));
    try {
      const transaction = database.transaction([...database.objectStoreNames]);
      const sizes = [...database.objectStoreNames].map(
        async (name) => [name, await done(transaction.objectStore(name).count())] as const,
      );
      const rows: Record<string, number> = Object.fromEntries(await Promise.all(sizes));
      return { ...rows, files: await countFiles(await navigator.storage.getDirectory()) };
    } finally {
      database.close();
    }
  });
}

/** What the extension knows of a background fetch; see BackgroundFetchRow in lib/store/schema.ts. */
export interface KeptFetch {
  key: string;
  origin: string;
  id: string;
  state: string;
  settledAt: number;
  retryAt: number;
  failureReason: string;
  deliveryAttempts: number;
}

/** All background fetches that the extension knows of. */
export async function keptFetches(extensionPage: Page): Promise<KeptFetch[]> {
  const rows = await extensionPage.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const opening = indexedDB.open('backfetch');
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const database = opening.result;
          const rows = database.transaction('backgroundFetches').objectStore('backgroundFetches').getAll();
          rows.onsuccess = () => {
            database.close();
            resolve(
              rows.result.map(
                ({ key, origin, id, state, settledAt, retryAt, failureReason, deliveryAttempts }) => ({
                  key,
                  origin,
                  id,
                  state,
                  settledAt,
                  retryAt,
                  failureReason,
                  deliveryAttempts,
                }),
              ),
            );
          };
          rows.onerror = () => reject(rows.error);
        };
      }),
  );
  return rows as KeptFetch[];
}

/** Gives a command of the popup: see BackgroundCommands in lib/protocol/commands.ts. */
export async function command(extensionPage: Page, name: string, argument: object): Promise<void> {
  await extensionPage.evaluate(
    async (name, argument) => {
      const { runtime } = (globalThis as unknown as { browser?: typeof chrome }).browser ?? chrome;
      await runtime.sendMessage({ to: 'background', name, argument });
    },
    name,
    argument,
  );
}

/** Gives a command of the popup for every background fetch in this state. */
export async function commandAll(extensionPage: Page, name: string, state: string): Promise<void> {
  for (const { key } of (await keptFetches(extensionPage)).filter((row) => row.state === state))
    await command(extensionPage, name, { key });
}

/** Changes every row of one of the extension's tables; null deletes them. */
export async function changeRows(extensionPage: Page, table: string, change: object | null): Promise<void> {
  await extensionPage.evaluate(
    async (table, change) => {
      await new Promise<void>((resolve, reject) => {
        const opening = indexedDB.open('backfetch');
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const database = opening.result;
          const transaction = database.transaction(table, 'readwrite');
          const cursor = transaction.objectStore(table).openCursor();
          cursor.onsuccess = () => {
            if (change) cursor.result?.update({ ...cursor.result.value, ...change });
            else cursor.result?.delete();
            cursor.result?.continue();
          };
          transaction.oncomplete = () => {
            database.close();
            resolve();
          };
          transaction.onerror = () => reject(transaction.error);
        };
      });
    },
    table,
    change,
  );
}

/**
 * Until the page that it gives is closed, lets nothing wait for another try: as a person who keeps pressing "Try now".
 */
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
        for (const { key, retryAt } of rows.result as { key: string; retryAt: number }[])
          if (retryAt > 0) void runtime.sendMessage({ to: 'background', name: 'tryNow', argument: { key } });
      };
    }, every);
  }, HURRY_EVERY);
  return page;
}
