/** Where the browser has Background Fetch itself, Backfetch stays away until the person wants it. */
import type { Page } from 'puppeteer-core';
import { expect, test } from 'vitest';
import { rowText, untilRow } from '../support/popup.ts';
import { eventFor, openSite, startFetch } from '../support/site-page.ts';
import { until } from '../support/until.ts';
import { browserName, useBrowser } from '../support/use-browser.ts';

/** Scripts that run in the page: whether the API there is the browser's own code. */
function isNative(page: Page): Promise<boolean> {
  return page.evaluate(() => {
    const { get } =
      Object.getOwnPropertyDescriptor(ServiceWorkerRegistration.prototype, 'backgroundFetch') ?? {};
    return Function.prototype.toString.call(get).includes('[native code]');
  });
}

// Firefox has none of its own.
if (browserName === 'chromium') {
  const { browser, server } = await useBrowser({ nativeBackgroundFetch: true });

  test('the page sees the browser’s own API, and ours when the person says so', async () => {
    const origin = server.freshOrigin();
    const page = await openSite(browser, origin);
    expect(await isNative(page)).toBe(true);
    await startFetch(page, 'own', ['/bytes/own?size=1000'], { title: 'Own' });
    expect((await eventFor(page, 'own')).type).toBe('backgroundfetchsuccess');
    const popup = await browser.openPopup();
    expect(await rowText(popup, 'Own')).toBeNull();

    const options = await browser.openExtensionPage('options.html');
    await (await until('the choice is there', () => options.$('#takeOver'))).click();
    const taken = await until('a new page has ours', async () => {
      const next = await openSite(browser, origin);
      if (!(await isNative(next))) return next;
      await next.close();
      return null;
    });
    await startFetch(taken, 'ours', ['/bytes/ours?size=1000'], { title: 'Ours' });
    await untilRow(popup, 'ours is here', /Downloaded/);
    expect((await eventFor(taken, 'ours')).type).toBe('backgroundfetchsuccess');
  });
} else {
  const { browser } = await useBrowser();

  test('Firefox has no Background Fetch of its own, so the choice is not offered', async () => {
    const options = await browser.openExtensionPage('options.html');
    await until('the options are there', () => options.$('#notify'));
    expect(await options.$('#takeOver')).toBeNull();
  });
}
