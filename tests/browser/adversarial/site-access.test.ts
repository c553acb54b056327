/** Where the person has taken access to sites away, nothing breaks, and they are asked for it. */
import { expect, test } from 'vitest';
import { until } from '../../support/until.ts';
import { browserName, useBrowser } from '../../support/use-browser.ts';

const { browser, server } = await useBrowser();

if (browserName === 'firefox') {
  test('without access no page has the API, until the person gives it on the first page', async () => {
    const popup = await browser.openPopup();
    expect(await popup.$('[data-site-access]')).toBeNull();
    await popup.evaluate(async () => {
      const { browser } = globalThis as unknown as { browser: typeof chrome };
      await browser.permissions.remove({ origins: ['http://*/*', 'https://*/*'] });
    });
    await until('the popup tells', () => popup.$('[data-site-access=limited] [data-action=grant]'));
    const hasApi = async () => {
      const page = await browser.newPage();
      await page.goto(`${server.freshOrigin()}/plain/`);
      return page.evaluate(() => 'BackgroundFetchManager' in globalThis);
    };
    expect(await hasApi()).toBe(false);

    await browser.grantWhatIsAsked();
    const welcome = await browser.openExtensionPage('welcome.html');
    await (await until('it asks', () => welcome.$('[data-action=grant]'))).click();
    await until('it has it', async () => !(await welcome.$('[data-action=grant]')));
    expect(await popup.$('[data-site-access]')).toBeNull();
    expect(await hasApi()).toBe(true);
  });
} else {
  // Here only the person can take it away, in the browser's own pages.
  test('with access neither the popup nor the first page asks for it', async () => {
    const popup = await browser.openPopup();
    await popup.waitForSelector('main');
    expect(await popup.$('[data-site-access]')).toBeNull();
    const welcome = await browser.openExtensionPage('welcome.html');
    await until('it says so', () => welcome.$('[role=status] p'));
    expect(await welcome.$('[data-action=grant]')).toBeNull();
  });
}
