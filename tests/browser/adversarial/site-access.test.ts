/** Where the person has taken access to sites away, nothing breaks, and the popup says so. */
import { expect, test } from 'vitest';
import { until } from '../../support/until.ts';
import { browserName, useBrowser } from '../../support/use-browser.ts';

const { browser, server } = await useBrowser();

// In Chromium only the person can take it away, in the browser's own pages.
test.runIf(browserName === 'firefox')('without access no page has the API, and the popup tells', async () => {
  const popup = await browser.openPopup();
  expect(await popup.$('[data-site-access]')).toBeNull();
  await popup.evaluate(async () => {
    const { browser } = globalThis as unknown as { browser: typeof chrome };
    await browser.permissions.remove({ origins: ['http://*/*', 'https://*/*'] });
  });
  await until('the popup tells', () => popup.$('[data-site-access=limited] [data-action=grant]'));
  const page = await browser.newPage();
  await page.goto(`${server.freshOrigin()}/plain/`);
  expect(await page.evaluate(() => 'BackgroundFetchManager' in globalThis)).toBe(false);
});

test.runIf(browserName === 'chromium')('with access the popup says nothing of it', async () => {
  const popup = await browser.openPopup();
  await popup.waitForSelector('main');
  expect(await popup.$('[data-site-access]')).toBeNull();
});
