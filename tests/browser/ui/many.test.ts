/** The popup with hundreds of downloads. */
import type { Page } from 'puppeteer-core';
import { beforeAll, expect, test } from 'vitest';
import { untilRow } from '../../support/popup.ts';
import { openSite, startFetch } from '../../support/site-page.ts';
import { storeFinished } from '../../support/stored-downloads.ts';
import { until } from '../../support/until.ts';
import { useBrowser } from '../../support/use-browser.ts';

const { browser, server } = await useBrowser();

const MB = 1_000_000;

const count = (page: Page, selector: string) => page.$$eval(selector, (all) => all.length);

beforeAll(async () => {
  await storeFinished(await browser.openPopup(), 200);
});

test('shows each of 200 downloads', async () => {
  const popup = await browser.openPopup();
  await until('all are there', async () => (await count(popup, '.download')) === 200);
});

test('of a thousand only those near are drawn whole, also while one downloads and the list is scrolled', async () => {
  const popup = await browser.openPopup();
  await storeFinished(popup, 1000);
  const page = await openSite(browser, server.freshOrigin());
  const size = 40 * MB;
  await startFetch(page, 'moving', [`/bytes/moving?size=${size}&rate=${2 * MB}`], {
    title: 'Moving',
    downloadTotal: size,
  });
  await popup.bringToFront();
  await untilRow(popup, 'Moving', /MB of 40 MB/);
  await until('all are there', async () => (await count(popup, '.download')) === 1001);
  await popup.evaluate(async () => {
    for (let step = 0; step < 120; step += 1) {
      window.scrollTo(0, (document.documentElement.scrollHeight * step) / 120);
      await new Promise(requestAnimationFrame);
    }
  });
  await until('few of them are whole', async () => (await count(popup, '.download[data-far=false]')) < 80);
  expect(await count(popup, '.download .title')).toBe(1001);
});
