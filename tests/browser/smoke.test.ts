import { expect, test } from 'vitest';
import { openSite } from '../support/site-page.ts';
import { useBrowser } from '../support/use-browser.ts';

const { browser, server } = await useBrowser();

test('a page has the API before its first script', async () => {
  const page = await openSite(browser, server.freshOrigin());
  expect(await page.evaluate(() => document.documentElement.dataset.supported)).toBe('true');
});

test('the popup opens', async () => {
  const popup = await browser.openPopup();
  expect(await popup.$('main')).not.toBeNull();
});
