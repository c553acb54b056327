/** What tests do on the options page. */
import type { Page } from 'puppeteer-core';
import type { BrowserUnderTest } from './browser.ts';
import { until } from './until.ts';

export async function openOptions(browser: BrowserUnderTest): Promise<Page> {
  const page = await browser.openExtensionPage('options.html');
  await until('the options are there', () => page.$('#permission'));
  return page;
}

/** Types a number into a field and leaves it; '' empties it. */
export async function typeNumber(
  options: Page,
  name: 'connections' | 'bandwidth',
  value: string,
): Promise<void> {
  await options.bringToFront();
  await options.click(`#${name}`, { count: 3 });
  await options.keyboard.press('Backspace');
  if (value !== '') await options.keyboard.type(value);
  await options.keyboard.press('Tab');
}

/** A setting as the database has it; undefined where nothing was ever set. */
export async function setting(extensionPage: Page, name: string): Promise<unknown> {
  return extensionPage.evaluate(async (name) => {
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open('backfetch');
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    return new Promise((resolve) => {
      const request = database.transaction('settings').objectStore('settings').get('settings');
      request.onsuccess = () => {
        database.close();
        resolve((request.result as Record<string, unknown> | undefined)?.[name]);
      };
    });
  }, name);
}

/** Waits until a setting is stored. */
export async function untilSetting(extensionPage: Page, name: string, value: unknown): Promise<void> {
  await until(`${name} is ${value}`, async () => (await setting(extensionPage, name)) === value);
}
