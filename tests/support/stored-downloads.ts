/** Downloads in the extension's database, without any having been made. */
import type { Page } from 'puppeteer-core';
import { fetchRow } from '../../lib/store/testing/rows.ts';

/** Puts finished downloads into the database, so that there are `count`. */
export async function storeFinished(extensionPage: Page, count: number): Promise<void> {
  const rows = Array.from({ length: count }, (_, index) =>
    fetchRow({
      key: `row-${index}`,
      origin: `https://site${index % 20}.example`,
      id: `id-${index}`,
      title: `Download ${index}`,
      state: 'done',
      listed: 0,
      result: 'success',
      deliveredBy: 'event',
      downloaded: index * 1_000_000,
      doneAt: 1_700_000_000_000 + index,
    }),
  );
  await extensionPage.evaluate(async (stored) => {
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open('backfetch');
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    const transaction = database.transaction('backgroundFetches', 'readwrite');
    for (const row of stored) transaction.objectStore('backgroundFetches').put(row);
    await new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onerror = () => reject(transaction.error);
    });
    database.close();
  }, rows);
}
