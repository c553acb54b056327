/** Every control of the popup, and what it does to a real download. */
import type { Page } from 'puppeteer-core';
import { expect, test } from 'vitest';
import { refuseHostFrames } from '../../support/host-frames.ts';
import { openOptions, untilSetting } from '../../support/options.ts';
import { answer, press, rowText, untilRow } from '../../support/popup.ts';
import { downloadOf, eventFor, eventsOf, openSite, startFetch } from '../../support/site-page.ts';
import { until } from '../../support/until.ts';
import { useBrowser } from '../../support/use-browser.ts';

const { browser, server } = await useBrowser();

const MB = 1_000_000;

async function pressHeader(popup: Page, glyph: 'pause' | 'resume' | 'open' | 'settings'): Promise<void> {
  const button = await until(`the popup has ${glyph}`, () => popup.$(`[data-header=${glyph}]`));
  await button.click();
}

test('a failed download is made again', async () => {
  const page = await openSite(browser, server.freshOrigin());
  const url = '/bytes/late?size=60000&status=404&times=1';
  await startFetch(page, 'late', [url], { title: 'Late' });
  expect((await eventFor(page, 'late')).type).toBe('backgroundfetchfail');
  const popup = await browser.openPopup();
  await untilRow(popup, 'Late', /Failed.*gone from the server/);
  await press(popup, 'Late', 'tryAgain');
  await untilRow(popup, 'late is here', /Downloaded/);
  expect(await downloadOf(page, url)).toMatchObject({ size: 60_000, status: 200 });
  expect((await eventsOf(page)).map(({ type }) => type)).toEqual([
    'backgroundfetchfail',
    'backgroundfetchsuccess',
  ]);
});

test('one that waits for another try does not have to wait', async () => {
  const page = await openSite(browser, server.freshOrigin());
  await startFetch(page, 'busy', ['/bytes/busy?size=60000&status=503&times=1&retry-after=1800'], {
    title: 'Busy',
  });
  const popup = await browser.openPopup();
  await untilRow(popup, 'Busy', /Trying again in (30|29) min.*try 2 of/);
  await press(popup, 'Busy', 'tryNow');
  expect((await eventFor(page, 'busy')).type).toBe('backgroundfetchsuccess');
});

test('what waits for its site can be deleted, after a question', async () => {
  const origin = server.freshOrigin();
  const page = await openSite(browser, origin);
  refuseHostFrames(server);
  await startFetch(page, 'unwanted', ['/bytes/unwanted?size=60000'], { title: 'Unwanted here' });
  await page.goto('about:blank');
  const popup = await browser.openPopup();
  await untilRow(popup, 'Unwanted here', /Waiting until you open the site/);
  await press(popup, 'Unwanted here', 'drop');
  await answer(popup, 'Unwanted here', 'no');
  expect(await rowText(popup, 'Unwanted here')).toMatch(/Waiting until you open the site/);
  await press(popup, 'Unwanted here', 'drop');
  await answer(popup, 'Unwanted here', 'yes');
  await untilRow(popup, 'Unwanted here', /Deleted before the site received it/);
  const reopened = await openSite(browser, origin);
  expect(await eventsOf(reopened)).toEqual([]);
});

test('before much is lost by an abort it asks', async () => {
  const page = await openSite(browser, server.freshOrigin());
  const size = 80 * MB;
  const gate = server.gate('/bytes/film', 0.9);
  await startFetch(page, 'film', [`/bytes/film?size=${size}`], { title: 'Long film', downloadTotal: size });
  await gate.reached;
  const popup = await browser.openPopup();
  await untilRow(popup, 'Long film', /[67]\d(\.\d)? MB of 80 MB/);
  await press(popup, 'Long film', 'abort');
  await until('it asks', async () => /Abort\? \d/.test((await rowText(popup, 'Long film')) ?? ''));
  await popup.keyboard.press('Escape');
  await until('the question is gone', async () => !/Abort\?/.test((await rowText(popup, 'Long film')) ?? ''));
  expect(await eventsOf(page)).toEqual([]);
  await press(popup, 'Long film', 'abort');
  await answer(popup, 'Long film', 'yes');
  expect((await eventFor(page, 'film')).type).toBe('backgroundfetchabort');
});

test('all pause and go on at once', async () => {
  const page = await openSite(browser, server.freshOrigin());
  const gates = ['one', 'two'].map((name) => server.gate(`/bytes/${name}`, 0.5));
  for (const name of ['one', 'two'])
    await startFetch(page, name, [`/bytes/${name}?size=${4 * MB}`], {
      title: `All ${name}`,
      downloadTotal: 4 * MB,
    });
  await Promise.all(gates.map(({ reached }) => reached));
  const popup = await browser.openPopup();
  await untilRow(popup, 'All two', /50/);
  await pressHeader(popup, 'pause');
  await untilRow(popup, 'All one', /Paused/);
  await untilRow(popup, 'All two', /Paused/);
  for (const gate of gates) gate.open();
  await pressHeader(popup, 'resume');
  for (const name of ['one', 'two']) expect((await eventFor(page, name)).type).toBe('backgroundfetchsuccess');
});

test('the person answers a site that must ask: once, or for good', async () => {
  const options = await openOptions(browser);
  await options.select('#permission', 'ask');
  await untilSetting(options, 'permission', 'ask');
  const page = await openSite(browser, server.freshOrigin());
  const other = await openSite(browser, server.freshOrigin());
  const ask = (site: Page, id: string) =>
    startFetch(site, id, [`/bytes/${id}?size=1000`], { title: `Ask ${id}` });
  const popup = await browser.openPopup();

  await ask(page, 'refused');
  await untilRow(popup, 'Ask refused', /The site asks/);
  expect(server.log.for('/bytes/refused')).toEqual([]);
  await answer(popup, 'Ask refused', 'refuse');
  expect((await eventFor(page, 'refused')).type).toBe('backgroundfetchabort');

  await ask(page, 'allowed');
  await answer(popup, 'Ask allowed', 'allow');
  expect((await eventFor(page, 'allowed')).type).toBe('backgroundfetchsuccess');

  await ask(page, 'always');
  await answer(popup, 'Ask always', 'alwaysAllow');
  expect((await eventFor(page, 'always')).type).toBe('backgroundfetchsuccess');
  await ask(page, 'unasked');
  expect((await eventFor(page, 'unasked')).type).toBe('backgroundfetchsuccess');

  await ask(other, 'never');
  await answer(popup, 'Ask never', 'neverAllow');
  expect((await eventFor(other, 'never')).type).toBe('backgroundfetchabort');
  await expect(ask(other, 'blocked')).rejects.toThrow('does not allow');

  await options.bringToFront();
  await options.select('#permission', 'allow');
  await untilSetting(options, 'permission', 'allow');
});

test('the keyboard does it all', async () => {
  const page = await openSite(browser, server.freshOrigin());
  const gates = ['first', 'second'].map((name) => server.gate(`/bytes/${name}`, 0.5));
  for (const name of ['first', 'second'])
    await startFetch(page, name, [`/bytes/${name}?size=${2 * MB}`], { title: `Key ${name}` });
  await Promise.all(gates.map(({ reached }) => reached));
  const popup = await browser.openPopup();
  await untilRow(popup, 'Key second', /Downloading/);
  const focused = () =>
    popup.evaluate(() => document.activeElement?.closest('.download')?.querySelector('.title')?.textContent);
  const walkTo = (title: string, key: 'ArrowDown' | 'ArrowUp') =>
    until(`${title} has the focus`, async () => {
      if ((await focused()) === title) return true;
      await popup.keyboard.press(key);
      return false;
    });
  await walkTo('Key second', 'ArrowDown');
  await popup.keyboard.press(' ');
  await untilRow(popup, 'Key second', /Paused/);
  expect(await focused()).toBe('Key second');
  await walkTo('Key first', 'ArrowUp');
  await popup.keyboard.press('Delete');
  expect((await eventFor(page, 'first')).type).toBe('backgroundfetchabort');
  for (const gate of gates) gate.open();
  await walkTo('Key second', 'ArrowDown');
  await popup.keyboard.press(' ');
  expect((await eventFor(page, 'second')).type).toBe('backgroundfetchsuccess');
});

test('many can be searched, by title and by site', async () => {
  const page = await openSite(browser, server.freshOrigin());
  for (let index = 0; index < 8; index += 1) {
    const id = `many-${index}`;
    await startFetch(page, id, [`/bytes/${id}?size=10`], { title: `Part ${index}` });
    await eventFor(page, id);
  }
  const popup = await browser.openPopup();
  const search = await until('it can be searched', () => popup.$('input[type=search]'));
  const titles = () => popup.$$eval('.download .title', (all) => all.map((each) => each.textContent));
  await search.type('many-3');
  await until('one is left', async () => (await titles()).join() === 'many-3 is here');
  await popup.keyboard.press('Backspace');
  await popup.keyboard.type('nothing');
  await until('it says so', () =>
    popup.evaluate(() => document.body.textContent?.includes('No download matches')),
  );
});

test('the same as a whole page, and the way to the settings', async () => {
  const popup = await browser.openPopup();
  // Firefox tells of no navigation to an extension's page, so the pages are asked; one may be closing just then.
  const urls = async () => {
    const asked = (await browser.pages()).map((page) => page.evaluate(() => location.href));
    return (await Promise.allSettled(asked)).flatMap((url) =>
      url.status === 'fulfilled' ? [url.value] : [],
    );
  };
  await pressHeader(popup, 'settings');
  await until('the settings are there', async () =>
    (await urls()).some((url) => url.startsWith(browser.extensionUrl('options.html'))),
  );
  await popup.bringToFront();
  await pressHeader(popup, 'open');
  await until('the page is there', async () =>
    (await urls()).includes(browser.extensionUrl('downloads.html')),
  );
});

test('the details show a site’s requests and events', async () => {
  const origin = server.freshOrigin();
  const page = await openSite(browser, origin);
  const gate = server.gate('/bytes/good', 0.5);
  await startFetch(
    page,
    'inspected',
    [`/bytes/good?size=${2 * MB}&token=secret`, '/bytes/bad?status=404&times=9'],
    {
      title: 'Inspected',
    },
  );
  await gate.reached;
  const popup = await browser.openPopup();
  await untilRow(popup, 'Inspected', /Downloading/);
  const target = await popup.$eval(`a.inspect[href*="${encodeURIComponent(origin)}"]`, (link) =>
    link.getAttribute('href'),
  );
  const inspector = await browser.openExtensionPage(target?.slice(1) ?? '');
  const text = () => inspector.evaluate(() => document.querySelector('main')?.textContent ?? '');
  await until('the bad one is told', async () => /bad-status/.test(await text()));
  expect(await text()).toMatch(/GET http.*\/bytes\/good.*200.*404/s);
  gate.open();
  await until('the event is told', async () => /backgroundfetchfail/.test(await text()));
  expect(await text()).toMatch(/active.*settled.*bad-status.*delivering.*backgroundfetchfail.*done/s);
  await until('the finished one has the same way', () => popup.$(`.finished a.inspect[href="${target}"]`));
});

test('DevTools have a panel with the same, for the page that they inspect', async () => {
  const origin = server.freshOrigin();
  const page = await openSite(browser, origin);
  const gate = server.gate('/bytes/in-devtools', 0.5);
  await startFetch(page, 'in-devtools', [`/bytes/in-devtools?size=${2 * MB}`]);
  await gate.reached;
  const text = await browser.openDevToolsPanel(page, 'Background Fetch');
  await until('the answer is told', async () => /GET http.*in-devtools.*content-length/s.test(await text()));
  expect(await text()).toContain(origin);
  gate.open();
  await eventFor(page, 'in-devtools');
  const other = server.freshOrigin();
  await page.goto(`${other}/plain/`);
  await until('they inspect the other', async () => (await text()).includes(`${other}No background fetches`));
});

test('finished ones go from the list, all at once', async () => {
  const page = await openSite(browser, server.freshOrigin());
  await startFetch(page, 'cleared', ['/bytes/cleared?size=10']);
  await eventFor(page, 'cleared');
  const popup = await browser.openPopup();
  await untilRow(popup, 'cleared is here', /Downloaded/);
  await popup.click('.finished .bar button');
  await until('none is left', async () => !(await popup.$('.finished')));
});

test('the toolbar tells how many there are and how much of them', async () => {
  const page = await openSite(browser, server.freshOrigin());
  const gate = server.gate('/bytes/badge', 0.5);
  await startFetch(page, 'badge', [`/bytes/badge?size=${4 * MB}`], { title: 'Badge', downloadTotal: 4 * MB });
  await gate.reached;
  const popup = await browser.openPopup();
  const toolbar = () =>
    popup.evaluate(async () => {
      const { action } = (globalThis as unknown as { browser?: typeof chrome }).browser ?? chrome;
      return `${await action.getBadgeText({})} / ${await action.getTitle({})}`;
    });
  await until('it tells of one', async () => (await toolbar()) === '1 / Backfetch: 1 download, 50%');
  gate.open();
  await eventFor(page, 'badge');
  await until('it tells of none', async () => (await toolbar()) === ' / Backfetch');
});
