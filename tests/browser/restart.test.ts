/** A browser that is killed, or sleeps, in the middle of a download goes on with it when it is started again, or awake. */
import { expect, test } from 'vitest';
import { sha256 } from '../support/bytes.ts';
import { untilRow } from '../support/popup.ts';
import { downloadOf, eventFor, eventsOf, openSite, startFetch } from '../support/site-page.ts';
import { until } from '../support/until.ts';
import { useBrowser } from '../support/use-browser.ts';

const { browser, server } = await useBrowser();

const SIZE = 60_000_000;
/** The longest part of a body that may be lost with the browser, and so be fetched again (bytes). */
const PIECE = 16 * 1024 * 1024;

test('a killed browser completes the download, fetching at most one piece twice', async () => {
  const origin = server.freshOrigin();
  const url = `/bytes/film?size=${SIZE}`;
  const page = await openSite(browser, origin);
  const gate = server.gate('/bytes/film', 0.5);
  await startFetch(page, 'film', [url], { title: 'Film', downloadTotal: SIZE });
  await gate.reached;
  const popup = await browser.openPopup();
  await untilRow(popup, 'Film', /50/);
  await browser.kill();
  gate.open();
  const before = server.log.for('/bytes/film').length;

  await browser.restart();
  // Nothing of the site is opened: the browser's start is enough.
  const again = await browser.openPopup();
  await untilRow(again, 'film is here', /Downloaded/);
  const ranges = server.log.for('/bytes/film').slice(before);
  expect(ranges.every((request) => request.range !== '')).toBe(true);
  const fetchedAgain = ranges.reduce((sum, request) => sum + request.sent, 0) - SIZE / 2;
  expect(fetchedAgain).toBeLessThanOrEqual(PIECE);

  const reopened = await openSite(browser, origin);
  expect(await downloadOf(reopened, url)).toMatchObject({ size: SIZE, sha256: sha256('film', SIZE) });
  expect((await eventsOf(reopened)).map((event) => event.type)).toEqual(['backgroundfetchsuccess']);
});

test('a server without ranges sends the whole again', async () => {
  const origin = server.freshOrigin();
  const url = '/bytes/plain?size=20000000&ranges=no';
  const page = await openSite(browser, origin);
  const gate = server.gate('/bytes/plain', 0.5);
  await startFetch(page, 'plain', [url], { title: 'Plain', downloadTotal: 20_000_000 });
  await gate.reached;
  const popup = await browser.openPopup();
  await untilRow(popup, 'Plain', /50/);
  await browser.kill();
  gate.open();

  await browser.restart();
  await until('the site was told', () => server.log.for('/robots.txt').length > 0, 60_000);
  const reopened = await openSite(browser, origin);
  const [event] = await until('the event came', async () => {
    const events = await eventsOf(reopened);
    return events.length > 0 ? events : null;
  });
  expect(event).toMatchObject({ type: 'backgroundfetchsuccess', downloaded: 20_000_000 });
  expect(await downloadOf(reopened, url)).toMatchObject({ sha256: sha256('plain', 20_000_000) });
});

test('a machine that sleeps while the server gives up goes on where it was', async () => {
  const url = `/bytes/nap?size=${SIZE}`;
  const page = await openSite(browser, server.freshOrigin());
  const gate = server.gate('/bytes/nap', 0.5);
  await startFetch(page, 'nap', [url], { title: 'Nap', downloadTotal: SIZE });
  await gate.reached;
  await untilRow(await browser.openPopup(), 'Nap', /50/);
  await browser.sleep(async () => {
    server.dropConnections();
    await server.log.wait('/bytes/nap', (request) => request.outcome === 'cut');
    gate.open();
  });
  expect(await eventFor(page, 'nap')).toMatchObject({ type: 'backgroundfetchsuccess', downloaded: SIZE });
  expect(await downloadOf(page, url)).toMatchObject({ size: SIZE, sha256: sha256('nap', SIZE) });
  expect(server.log.for('/bytes/nap').at(-1)?.range).toMatch(/^bytes=[1-9]/);
});
