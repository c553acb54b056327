/** Every option, and what it does to a real download. */
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ElementHandle, Page } from 'puppeteer-core';
import { expect, test } from 'vitest';
import { keptBy, keptFetches } from '../../support/extension.ts';
import { openOptions, setting, typeNumber, untilSetting } from '../../support/options.ts';
import { untilRow } from '../../support/popup.ts';
import {
  eventFor,
  eventsOf,
  openSite,
  progressOf,
  startFetch,
  watchProgress,
} from '../../support/site-page.ts';
import { until } from '../../support/until.ts';
import { browserName, useBrowser } from '../../support/use-browser.ts';

const MB = 1_000_000;

const downloads = mkdtempSync(join(process.env.BACKFETCH_TEST_DIRECTORY ?? '', 'downloads-'));
const { browser, server } = await useBrowser({
  preferences:
    browserName === 'firefox'
      ? { 'browser.download.dir': downloads, 'browser.download.folderList': 2 }
      : { 'download.default_directory': downloads, 'download.prompt_for_download': false },
});

/** The text of a file that the browser has saved, whole, under such a name, and that holds `what`. */
function savedFile(name: RegExp, what = ''): Promise<string> {
  return until(`${name} with "${what}" is saved`, () => {
    // While it is written a file has another name.
    const files = readdirSync(downloads).filter((each) => name.test(each));
    const texts = files.map((file) => readFileSync(join(downloads, file), 'utf8'));
    return texts.find((text) => text.includes(what));
  });
}

const openRequests = (path: string) =>
  server.log.for(path).filter(({ outcome }) => outcome === 'open').length;

test('six connections in all, and four of them for a site, where the person has said nothing', async () => {
  const gate = server.gate('/bytes/shared', 0.5);
  const urls = [1, 2, 3, 4, 5].map((part) => `/bytes/shared?size=${MB}&part=${part}`);
  const pages = [
    await openSite(browser, server.freshOrigin()),
    await openSite(browser, server.freshOrigin()),
  ];
  const openOf = () =>
    Map.groupBy(
      server.log.for('/bytes/shared').filter(({ outcome }) => outcome === 'open'),
      ({ host }) => host,
    );
  for (const page of pages) await startFetch(page, 'shared', urls);
  await until('six run at once', () => openRequests('/bytes/shared') === 6);
  expect([...openOf().values()].every((requests) => requests.length <= 4)).toBe(true);
  // What comes after has to wait, whichever site it is of.
  const third = await openSite(browser, server.freshOrigin());
  await startFetch(third, 'third', ['/bytes/third?size=1000'], { title: 'Third' });
  await untilRow(await browser.openPopup(), 'Third', /Downloading/);
  expect(openRequests('/bytes/shared')).toBe(6);
  expect(server.log.for('/bytes/third')).toEqual([]);
  gate.open();
  for (const page of pages) await eventFor(page, 'shared');
  await eventFor(third, 'third');
});

test('no more connections than the person allows, and more as soon as they do', async () => {
  const options = await openOptions(browser);
  await typeNumber(options, 'connections', '1');
  await untilSetting(options, 'connections', 1);
  const gate = server.gate('/bytes/part', 0.5);
  const page = await openSite(browser, server.freshOrigin());
  const urls = [1, 2, 3].map((part) => `/bytes/part?size=${2 * MB}&part=${part}`);
  await startFetch(page, 'parts', urls);
  await gate.reached;
  expect(openRequests('/bytes/part')).toBe(1);
  await typeNumber(options, 'connections', '3');
  await until('three run at once', () => openRequests('/bytes/part') === 3);
  gate.open();
  await eventFor(page, 'parts');
  await typeNumber(options, 'connections', '99');
  await options.keyboard.press('Escape');
  expect(await setting(options, 'connections')).toBe(3);
});

test('the speed limit holds within a tenth, and its end is felt at once', async () => {
  const options = await openOptions(browser);
  await typeNumber(options, 'bandwidth', '2');
  await untilSetting(options, 'bandwidth', 2 * MB);
  const page = await openSite(browser, server.freshOrigin());
  const size = 20 * MB;
  const startedAt = Date.now();
  await startFetch(page, 'slow', [`/bytes/slow?size=${size}&rate=${8 * MB}`], { downloadTotal: size });
  const { at } = await eventFor(page, 'slow');
  // In Firefox, whose streams have no backpressure, what is asked for in one request comes at the line's own speed: it is
  // the next request that waits.
  const unlimited = browserName === 'firefox' ? 2 * MB : 0;
  const speed = (size - unlimited) / ((at - startedAt) / 1000);
  expect(speed).toBeGreaterThan(1.8 * MB);
  expect(speed).toBeLessThan(2.2 * MB);

  await startFetch(page, 'freed', [`/bytes/freed?size=${60 * MB}`], { downloadTotal: 60 * MB });
  await until('it has begun', () => server.log.for('/bytes/freed').length > 0);
  const freedAt = Date.now();
  await typeNumber(options, 'bandwidth', '');
  await untilSetting(options, 'bandwidth', 0);
  await eventFor(page, 'freed');
  expect(Date.now() - freedAt).toBeLessThan(15_000);
});

async function siteItem(options: Page, origin: string): Promise<ElementHandle> {
  return until(`${origin} is listed`, () => options.$(`li[data-origin="${origin}"]`));
}

test('what the person says of a site holds until it is forgotten', async () => {
  const origin = server.freshOrigin();
  const page = await openSite(browser, origin);
  await startFetch(page, 'known', ['/bytes/known?size=1000']);
  await eventFor(page, 'known');
  const options = await openOptions(browser);
  const item = await siteItem(options, origin);
  // What the downloads of all sites take, of what the browser gives.
  await until('it says what is in use', () =>
    options.$$eval('section > p.hint', (all) =>
      all.some((each) =>
        /^\d[\d.,]* (bytes?|[kMGT]?B) of [1-9][\d.,]* [MGT]B in use$/.test(each.textContent ?? ''),
      ),
    ),
  );
  const select = await item.$('select');
  await select?.select('block');
  await until('the page is refused', () =>
    startFetch(page, 'refused', ['/bytes/refused?size=1000']).then(
      () => false,
      (error: unknown) => /does not allow/.test(String(error)),
    ),
  );
  await (await until('it can be forgotten', () => item.$('[data-action=forget]'))).click();
  await until('the page is allowed', () =>
    startFetch(page, `again-${Date.now()}`, ['/bytes/again?size=1000']).then(
      () => true,
      () => false,
    ),
  );

  const origins = () =>
    options.$$eval('li[data-origin]', (all) => all.map((each) => each.getAttribute('data-origin')));
  const search = await until('sites can be searched', () => options.$('section input[type=search]'));
  await search.type(new URL(origin).hostname);
  await until('one is left', async () => (await origins()).join() === origin);
});

test('a page hears of it when the person changes what its site may do', async () => {
  const origin = server.freshOrigin();
  const page = await openSite(browser, origin);
  await startFetch(page, 'known', ['/bytes/known?size=1000']);
  await page.evaluate(async () => {
    const status = await navigator.permissions.query({ name: 'background-fetch' as PermissionName });
    const states = [status.state];
    status.addEventListener('change', () => states.push(status.state));
    status.onchange = (event) => states.push(`${event.type} ${event.target === status}` as PermissionState);
    Object.assign(globalThis, { states });
  });
  const options = await openOptions(browser);
  await options.bringToFront();
  await (await (await siteItem(options, origin)).$('select'))?.select('block');
  await until('it is refused', () =>
    page
      .evaluate(
        async () => (await navigator.permissions.query({ name: 'background-fetch' as PermissionName })).state,
      )
      .then((state) => state === 'denied'),
  );
  await page.bringToFront();
  const states = () => page.evaluate(() => (globalThis as unknown as { states: string[] }).states);
  await until('the page hears of it', async () => (await states()).length > 1);
  expect(await states()).toEqual(['granted', 'denied', 'change true']);
});

test('a site’s downloads can be deleted, after a question', async () => {
  const origin = server.freshOrigin();
  const page = await openSite(browser, origin);
  const size = 6 * MB;
  const gate = server.gate('/bytes/stored', 0.5);
  await startFetch(page, 'stored', [`/bytes/whole?size=${3 * MB}`, `/bytes/stored?size=${size}`]);
  await gate.reached;
  await watchProgress(page, 'stored');
  const options = await openOptions(browser);
  const item = await siteItem(options, origin);
  await until('it says how much', async () =>
    /[3-6](\.\d)? MB stored/.test(await item.evaluate((each) => each.textContent ?? '')),
  );
  await (await until('it can be deleted', () => item.$('[data-action=delete]'))).click();
  await (await until('it asks', () => item.$('[data-answer=yes]'))).click();
  await until('nothing is left of it', async () => !(await options.$(`li[data-origin="${origin}"]`)));
  const request = await server.log.wait('/bytes/stored', ({ outcome }) => outcome !== 'open');
  expect(request.outcome).toBe('cut');
  await until('no file is left', async () => (await keptBy(options)).files === 0);
  const last = async () => (await progressOf(page)).at(-1);
  await until('the page hears that it is over', async () => (await last())?.result === 'failure');
  expect(await last()).toMatchObject({ failureReason: 'aborted' });
});

test('settings go into a file and come back from one', async () => {
  const options = await openOptions(browser);
  await typeNumber(options, 'connections', '5');
  await untilSetting(options, 'connections', 5);
  await options.click('#export');
  const saved = JSON.parse(await savedFile(/^backfetch-settings.*\.json$/)) as { settings: object };
  expect(saved.settings).toMatchObject({ connections: 5, notify: true });

  const file = join(downloads, 'import.json');
  const changed = {
    ...saved,
    settings: { ...saved.settings, connections: 7 },
    sites: [{ origin: 'https://kept.example', permission: 'block' }],
  };
  writeFileSync(file, JSON.stringify(changed));
  const upload = async () => {
    const field = (await options.$('#import')) as ElementHandle<HTMLInputElement>;
    await field.uploadFile(file);
  };
  await upload();
  await untilSetting(options, 'connections', 7);
  const item = await siteItem(options, 'https://kept.example');
  expect(await item.$eval('select', (select) => select.value)).toBe('block');

  writeFileSync(file, JSON.stringify({ ...changed, settings: { connections: 0 } }));
  await upload();
  await until('it is refused', () =>
    options.evaluate(() =>
      /no Backfetch settings/.test(document.querySelector('[role=alert]')?.textContent ?? ''),
    ),
  );
  expect(await setting(options, 'connections')).toBe(7);
  writeFileSync(file, JSON.stringify(saved));
  await upload();
  await untilSetting(options, 'connections', 5);
  await until(
    'nothing is said of it any more',
    async () => !(await options.$('li[data-origin="https://kept.example"]')),
  );
});

test('what happened to a download is saved as a file, without what its URLs may hide', async () => {
  const origin = server.freshOrigin();
  const page = await openSite(browser, origin);
  await startFetch(page, 'logged', ['/bytes/logged?size=1000&status=404&times=9&token=secret'], {
    title: 'Logged',
  });
  await eventFor(page, 'logged');
  const inspector = await browser.openExtensionPage(`inspector.html?${new URLSearchParams({ origin })}`);
  await (await until('the log can be saved', () => inspector.$('[data-action=log]'))).click();
  const log = await savedFile(/^backfetch-log.*\.txt$/);
  expect(log).toContain(`GET ${origin}/bytes/logged?…`);
  expect(log).toMatch(/Z record: request 0: bad-status\n/);
  expect(log).toContain('backgroundfetchfail');
  expect(log).not.toContain('secret');
  await inspector.click('input[type=checkbox]');
  await inspector.click('[data-action=log]');
  await savedFile(/^backfetch-log.*\.txt$/, 'token=secret');
});

const isOfExtension = (url: string) => url.startsWith(browser.extensionUrl(''));

/** The tab in which the site's worker, told of a click on this download, shows it. */
async function openedByClick(origin: string, id: string): Promise<Page> {
  const tab = await until('the site has a tab', async () =>
    (await browser.pages()).find((each) => each.url() === `${origin}/plain/?clicked=${id}`),
  );
  expect((await eventsOf(tab)).map(({ type }) => type)).toEqual([
    'backgroundfetchsuccess',
    'backgroundfetchclick',
  ]);
  return tab;
}

if (browserName === 'chromium') {
  test('a click on the notification of the end opens what the site wants', async () => {
    const options = await openOptions(browser);
    const origin = server.freshOrigin();
    const page = await openSite(browser, origin);
    await startFetch(page, 'clicked', ['/bytes/clicked?size=1000'], { title: 'Clicked' });
    const key = await until('there is a notification', async () => {
      const told = (await keptFetches(options)).find((each) => each.origin === origin);
      const shown = await options.evaluate(() => chrome.notifications.getAll());
      return told && told.key in shown && told.key;
    });
    await page.close();
    // Here nobody but the person can click one, so what the browser then does is done by hand; the rest is real.
    const background = await options
      .browser()
      .waitForTarget((target) => target.type() === 'service_worker' && isOfExtension(target.url()));
    const worker = await background.worker();
    await worker?.evaluate(
      (key) => (chrome.notifications.onClicked as unknown as { dispatch(key: string): void }).dispatch(key),
      key,
    );
    await openedByClick(origin, 'clicked');
  });

  test('notifications tell of the end, unless the person does not want them', async () => {
    const options = await openOptions(browser);
    // By its key: the browser takes others away when it likes.
    const isShown = async (id: string) => {
      const key = (await keptFetches(options)).find((each) => each.id === id)?.key ?? '';
      return options.evaluate(async (key) => {
        const { notifications } = (globalThis as unknown as { browser?: typeof chrome }).browser ?? chrome;
        return key in (await notifications.getAll());
      }, key);
    };
    const page = await openSite(browser, server.freshOrigin());
    await startFetch(page, 'told', ['/bytes/told?size=1000'], { title: 'Told' });
    await until('there is a notification', () => isShown('told'));
    await options.bringToFront();
    await options.click('#notify');
    await untilSetting(options, 'notify', false);
    await startFetch(page, 'untold', ['/bytes/untold?size=1000'], { title: 'Untold' });
    await untilRow(await browser.openPopup(), 'untold is here', /Downloaded/);
    await options.bringToFront();
    await options.click('#notify');
    await untilSetting(options, 'notify', true);
    await startFetch(page, 'again', ['/bytes/again?size=1000'], { title: 'Again' });
    await until('there is a notification', () => isShown('again'));
    expect(await isShown('untold')).toBe(false);
  });

  test('downloads wait while the connection is metered, where the person wants so', async () => {
    const options = await openOptions(browser);
    const page = await openSite(browser, server.freshOrigin());
    // The downloader's document must be there to be told of its line.
    await startFetch(page, 'before', ['/bytes/before?size=1000']);
    await eventFor(page, 'before');
    const popup = await browser.openPopup();
    await browser.setMetered(true);
    await options.bringToFront();
    await options.click('#waitWhileMetered');
    await untilSetting(options, 'waitWhileMetered', true);
    await startFetch(page, 'metered', ['/bytes/metered?size=1000'], { title: 'Metered' });
    await untilRow(popup, 'Metered', /Waiting for an unmetered connection/);
    expect(server.log.for('/bytes/metered')).toEqual([]);
    await options.bringToFront();
    await options.click('#waitWhileMetered');
    await untilSetting(options, 'waitWhileMetered', false);
    expect((await eventFor(page, 'metered')).type).toBe('backgroundfetchsuccess');
    await browser.setMetered(false);
  });

  test('the browser may be asked to go on without a window', async () => {
    const options = await openOptions(browser);
    const granted = () =>
      options.evaluate(() => chrome.permissions.contains({ permissions: ['background'] }));
    expect(await granted()).toBe(false);
    await (await until('it can be chosen', () => options.$('#keepRunning'))).click();
    await until('the permission is there', granted);
    await options.click('#keepRunning');
    await until('the permission is gone', async () => !(await granted()));
  });
} else {
  test('a click on the notification of the end opens what the site wants, if the person wants any', async () => {
    const notifications = await browser.keepNotifications();
    const origin = server.freshOrigin();
    const page = await openSite(browser, origin);
    await startFetch(page, 'told', ['/bytes/told?size=1000'], { title: 'Told' });
    await until('there is one, under the title that the site has set', async () =>
      (await notifications.titles()).includes('told is here'),
    );
    await page.close();
    // Whatever wakes for the click: what told of it is gone.
    await browser.endBackground();
    await notifications.click('told is here');
    const clicked = await openedByClick(origin, 'told');

    const options = await openOptions(browser);
    await options.click('#notify');
    await untilSetting(options, 'notify', false);
    await startFetch(clicked, 'untold', ['/bytes/untold?size=1000'], { title: 'Untold' });
    await untilRow(await browser.openPopup(), 'untold is here', /Downloaded/);
    expect(await notifications.titles()).not.toContain('untold is here');
  });

  test('what Firefox can’t do is not offered', async () => {
    const options = await openOptions(browser);
    expect(await options.$('#keepRunning')).toBeNull();
    expect(await options.$('#waitWhileMetered')).toBeNull();
  });
}
