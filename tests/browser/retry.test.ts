/** What fails is tried again, in peace, as long as it makes sense; and what the person stops stays stopped. */
import { describe, expect, test } from 'vitest';
import { sha256 } from '../support/bytes.ts';
import { hurry, keptBy } from '../support/extension.ts';
import { press, untilRow } from '../support/popup.ts';
import { downloadOf, eventFor, openSite, startFetch, startRequests } from '../support/site-page.ts';
import { until } from '../support/until.ts';
import { useBrowser } from '../support/use-browser.ts';

const { browser, server } = await useBrowser();

const SIZE = 3_000_000;
const SMALL = { url: '/bytes/small?size=1000', hash: sha256('small', 1000) };

/** Starting times of the requests for a path (ms since the epoch). */
const times = (path: string) => server.log.for(path).map((request) => request.startedAt);

describe.concurrent('a server that asks for time', () => {
  test.for([
    ['503', 'status=503&times=2&retry-after=1'],
    ['429', 'status=429&times=2&retry-after=1'],
    ['500, without saying when to come back', 'status=500&times=2'],
  ] as const)('is asked again after %s', async ([status, query]) => {
    const page = await openSite(browser, server.freshOrigin());
    const name = `after${Number.parseInt(status, 10)}`;
    const url = `/bytes/${name}?size=${SIZE}&${query}`;
    await startFetch(page, 'body', [url]);
    expect(await eventFor(page, 'body')).toMatchObject({ type: 'backgroundfetchsuccess' });
    expect(await downloadOf(page, url)).toMatchObject({ sha256: sha256(name, SIZE), status: 200 });
    await page.close();
    const [first = 0, second = 0, third = 0, ...more] = times(`/bytes/${name}`);
    expect(more).toEqual([]);
    expect(second - first).toBeGreaterThanOrEqual(query.includes('retry-after') ? 1000 : 500);
    expect(third - second).toBeGreaterThanOrEqual(1000);
  });

  test('is asked again after 408, by the browser or by us', async () => {
    const page = await openSite(browser, server.freshOrigin());
    const url = `/bytes/after408?size=${SIZE}&status=408&times=3`;
    await startFetch(page, 'body', [url]);
    expect(await eventFor(page, 'body')).toMatchObject({ type: 'backgroundfetchsuccess' });
    expect(await downloadOf(page, url)).toMatchObject({ sha256: sha256('after408', SIZE), status: 200 });
    await page.close();
  });

  test('that says no is asked once', async () => {
    const page = await openSite(browser, server.freshOrigin());
    await startFetch(page, 'body', ['/bytes/no?status=403']);
    expect(await eventFor(page, 'body')).toMatchObject({ failureReason: 'bad-status' });
    await page.close();
    expect(server.log.for('/bytes/no')).toHaveLength(1);
  });
});

describe('a server in trouble', () => {
  test('that stays in trouble is told to the site', async () => {
    const page = await openSite(browser, server.freshOrigin());
    await hurry(browser);
    await startFetch(page, 'body', [SMALL.url, '/bytes/body?status=503&retry-after=3600']);
    const event = await eventFor(page, 'body');
    expect(event).toMatchObject({ type: 'backgroundfetchfail', failureReason: 'bad-status' });
    expect(event.records?.map(({ status }) => status)).toEqual([200, 503]);
    expect(server.log.for('/bytes/body')).toHaveLength(8);
    expect(await downloadOf(page, SMALL.url)).toMatchObject({ sha256: SMALL.hash });
  });

  test('is left in peace as long as it asks, also when the background ends meanwhile', async () => {
    const page = await openSite(browser, server.freshOrigin());
    await startFetch(page, 'body', ['/bytes/body?status=503&times=1&retry-after=8'], { title: 'Patient' });
    const popup = await browser.openPopup();
    await untilRow(popup, 'Patient', /Trying again in \d sec.*try 2 of 8/s);
    await browser.endDownloader();
    await browser.endBackground();
    expect(await eventFor(page, 'body', 80_000)).toMatchObject({ type: 'backgroundfetchsuccess' });
    const [first = 0, second = 0] = times('/bytes/body');
    expect(second - first).toBeGreaterThanOrEqual(8000);
  });
});

test('the person need not wait', async () => {
  const page = await openSite(browser, server.freshOrigin());
  await startFetch(page, 'body', ['/bytes/body?status=503&times=1&retry-after=3600'], { title: 'Eager' });
  const popup = await browser.openPopup();
  await untilRow(popup, 'Eager', /Trying again in 1 hr/);
  await hurry(browser);
  expect(await eventFor(page, 'body')).toMatchObject({ type: 'backgroundfetchsuccess' });
});

test('a server that can not be reached is tried again', async () => {
  const page = await openSite(browser, server.freshOrigin());
  const stop = server.intercept(({ url, request }) => {
    if (url.pathname !== '/bytes/body') return false;
    request.socket.destroy();
    return true;
  });
  await startFetch(page, 'body', ['/bytes/body'], { title: 'Gone' });
  const popup = await browser.openPopup();
  await untilRow(popup, 'Gone', /Trying again/);
  stop();
  await hurry(browser);
  expect(await eventFor(page, 'body')).toMatchObject({ type: 'backgroundfetchsuccess' });
});

describe('without a line', () => {
  test('a download waits, and nothing is asked for', async () => {
    const page = await openSite(browser, server.freshOrigin());
    // What downloads is there, so that the line can be taken from it.
    await startFetch(page, 'first', [SMALL.url]);
    await eventFor(page, 'first');
    const popup = await browser.openPopup();
    await browser.setOffline(true);
    await startFetch(page, 'body', [`/bytes/body?size=${SIZE}`], { title: 'Waiting' });
    await untilRow(popup, 'Waiting', /Waiting for a network connection/);
    expect(server.log.for('/bytes/body')).toEqual([]);
    await browser.setOffline(false);
    expect(await eventFor(page, 'body')).toMatchObject({ type: 'backgroundfetchsuccess' });
    expect(server.log.for('/bytes/body')).toHaveLength(1);
  });

  test('a download that runs waits, and goes on where it was', async () => {
    const page = await openSite(browser, server.freshOrigin());
    const url = `/bytes/body?size=${SIZE}`;
    const gate = server.gate('/bytes/body', 0.5);
    const sockets: { destroy(): void }[] = [];
    server.intercept(({ request }) => {
      sockets.push(request.socket);
      return false;
    });
    await startFetch(page, 'body', [url], { title: 'Interrupted', downloadTotal: SIZE });
    await gate.reached;
    const popup = await browser.openPopup();
    await untilRow(popup, 'Interrupted', /50/);
    await browser.setOffline(true);
    for (const socket of sockets) socket.destroy();
    await untilRow(popup, 'Interrupted', /Waiting for a network connection/);
    gate.open();
    await browser.setOffline(false);
    expect(await eventFor(page, 'body')).toMatchObject({ type: 'backgroundfetchsuccess' });
    expect(await downloadOf(page, url)).toMatchObject({ sha256: sha256('body', SIZE) });
    expect(server.log.for('/bytes/body').at(-1)?.range).toMatch(/^bytes=1500000-/);
  });
});

test('a pause holds over a restart of the browser', async () => {
  const origin = server.freshOrigin();
  const page = await openSite(browser, origin);
  const url = `/bytes/body?size=${SIZE}`;
  const gate = server.gate('/bytes/body', 0.5);
  await startFetch(page, 'body', [url], { title: 'Paused', downloadTotal: SIZE });
  await gate.reached;
  const popup = await browser.openPopup();
  await untilRow(popup, 'Paused', /50/);
  await press(popup, 'Paused', 'pause');
  await untilRow(popup, 'Paused', /Paused.*50/);
  await until('what came is stored', async () => (await keptBy(popup)).bodies === 1);
  gate.open();
  const asked = server.log.for('/bytes/body').length;

  await browser.restart();
  const again = await browser.openPopup();
  await untilRow(again, 'Paused', /Paused.*50/);
  // Something that is not paused goes through meanwhile.
  const reopened = await openSite(browser, origin);
  await startFetch(reopened, 'other', [SMALL.url]);
  await eventFor(reopened, 'other');
  expect(server.log.for('/bytes/body')).toHaveLength(asked);

  // Chromium does not press buttons in tabs that nobody sees.
  await again.bringToFront();
  await press(again, 'Paused', 'resume');
  expect(await eventFor(reopened, 'body')).toMatchObject({ type: 'backgroundfetchsuccess' });
  expect(await downloadOf(reopened, url)).toMatchObject({ sha256: sha256('body', SIZE) });
  expect(server.log.for('/bytes/body')[asked]?.range).toMatch(/^bytes=1500000-/);
});

test('what sends can not be paused, but aborted', async () => {
  const page = await openSite(browser, server.freshOrigin());
  const gate = server.gate('/bytes/answer', 100);
  await startRequests(page, 'upload', [{ url: '/bytes/answer', method: 'POST', body: 'hello' }], {
    title: 'Upload',
  });
  await gate.reached;
  const popup = await browser.openPopup();
  const pause = await until('the popup shows it', () =>
    popup.$('.download:has(.title[title="Upload"]) [data-action=pause]'),
  );
  expect(await pause.evaluate((button) => button.getAttribute('aria-disabled'))).toBe('true');
  await press(popup, 'Upload', 'abort');
  expect(await eventFor(page, 'upload')).toMatchObject({ type: 'backgroundfetchabort' });
  expect(server.log.for('/bytes/answer')).toHaveLength(1);
});
