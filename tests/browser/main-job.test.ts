/** A download started on a page outlives its tab and lands in the site's Cache Storage. */
import { expect, test } from 'vitest';
import { sha256 } from '../support/bytes.ts';
import { refuseHostFrames } from '../support/host-frames.ts';
import { press, untilRow } from '../support/popup.ts';
import {
  abortFetch,
  downloadOf,
  eventFor,
  eventsOf,
  getFetch,
  idsOf,
  openPage,
  openSite,
  progressOf,
  startFetch,
  type Variant,
  watchProgress,
} from '../support/site-page.ts';
import { until } from '../support/until.ts';
import { useBrowser } from '../support/use-browser.ts';

const { browser, server } = await useBrowser();

const AUDIO = {
  size: 24_000_000,
  url: '/bytes/audio?size=24000000&type=audio/ogg',
  hash: sha256('audio', 24_000_000),
};
const ART = { size: 60_000, url: '/bytes/art?size=60000&type=image/png', hash: sha256('art', 60_000) };
const EPISODE = { title: 'Episode', downloadTotal: AUDIO.size + ART.size };

test('goes on without a tab of the site, and is handed over without one', async () => {
  const origin = server.freshOrigin();
  const page = await openSite(browser, origin);
  const gate = server.gate('/bytes/audio', 1 / 3);
  const started = await startFetch(page, 'episode', [AUDIO.url, ART.url], EPISODE);
  expect(started).toMatchObject({ id: 'episode', downloadTotal: EPISODE.downloadTotal, result: '' });
  expect(await idsOf(page)).toEqual(['episode']);
  await gate.reached;
  await page.close();
  gate.open();
  const popup = await browser.openPopup();
  await untilRow(popup, 'episode is here', /Downloaded/);
  const reopenedAt = Date.now();

  const reopened = await openSite(browser, origin);
  const events = await eventsOf(reopened);
  expect(events).toHaveLength(1);
  expect(events[0]).toMatchObject({
    type: 'backgroundfetchsuccess',
    id: 'episode',
    result: 'success',
    failureReason: '',
  });
  expect(events[0]?.at).toBeLessThan(reopenedAt);
  expect(await downloadOf(reopened, AUDIO.url)).toMatchObject({
    sha256: AUDIO.hash,
    status: 200,
    type: 'audio/ogg',
  });
  expect(await downloadOf(reopened, ART.url)).toMatchObject({
    sha256: ART.hash,
    status: 200,
    type: 'image/png',
  });
  expect(await getFetch(reopened, 'episode')).toBeNull();
  expect(await idsOf(reopened)).toEqual([]);
});

test('is handed over when the site is opened again, where it can not be opened in the background', async () => {
  const origin = server.freshOrigin();
  const page = await openSite(browser, origin);
  let refused = 0;
  refuseHostFrames(server, () => {
    refused += 1;
  });
  await startFetch(page, 'waiting', [ART.url], { title: 'Waits' });
  await page.goto('about:blank');
  const popup = await browser.openPopup();
  await untilRow(popup, 'Waits', /Waiting until you open the site/);
  expect(refused).toBe(1);

  const reopened = await openSite(browser, origin);
  expect((await eventFor(reopened, 'waiting')).type).toBe('backgroundfetchsuccess');
  expect(await downloadOf(reopened, ART.url)).toMatchObject({ sha256: ART.hash });
  await untilRow(popup, 'waiting is here', /Downloaded/);
  expect(await eventsOf(reopened)).toHaveLength(1);
});

test('tells the page of its progress', async () => {
  const page = await openSite(browser, server.freshOrigin());
  const gate = server.gate('/bytes/audio', 0.5);
  await startFetch(page, 'episode', [AUDIO.url], { downloadTotal: AUDIO.size });
  await watchProgress(page, 'episode');
  await gate.reached;
  await until(
    'the page saw half of it',
    async () => (await progressOf(page)).at(-1)?.downloaded === AUDIO.size / 2,
  );
  gate.open();
  await eventFor(page, 'episode');
  const progress = await progressOf(page);
  const downloaded = progress.map((each) => each.downloaded);
  expect(downloaded).toEqual([...downloaded].sort((one, other) => one - other));
  expect(progress.slice(0, -1).every((each) => each.result === '')).toBe(true);
  expect(progress.at(-1)).toMatchObject({ downloaded: AUDIO.size, result: 'success', failureReason: '' });
});

test('can be aborted by the page', async () => {
  const page = await openSite(browser, server.freshOrigin());
  const gate = server.gate('/bytes/audio', 0.5);
  await startFetch(page, 'episode', [AUDIO.url, ART.url]);
  await gate.reached;
  expect(await abortFetch(page, 'episode')).toBe(true);
  expect(await idsOf(page)).toEqual([]);
  const event = await eventFor(page, 'episode');
  expect(event).toMatchObject({ type: 'backgroundfetchabort', result: 'failure', failureReason: 'aborted' });
  const cut = await server.log.wait('/bytes/audio', (request) => request.outcome !== 'open');
  expect(cut.outcome).toBe('cut');
});

test('can be aborted by the person', async () => {
  const page = await openSite(browser, server.freshOrigin());
  const gate = server.gate('/bytes/audio', 0.5);
  await startFetch(page, 'episode', [AUDIO.url], { title: 'Unwanted' });
  await gate.reached;
  const popup = await browser.openPopup();
  await press(popup, 'Unwanted', 'abort');
  await untilRow(popup, 'Unwanted', /Aborted/);
  expect(await eventFor(page, 'episode')).toMatchObject({
    type: 'backgroundfetchabort',
    failureReason: 'aborted',
  });
  await press(popup, 'Unwanted', 'clear');
  await until('the popup is cleared', async () => !(await popup.$('.download .title[title=Unwanted]')));
});

test('pauses and goes on as the person says, without fetching twice what it has', async () => {
  const page = await openSite(browser, server.freshOrigin());
  const gate = server.gate('/bytes/audio', 0.5);
  await startFetch(page, 'episode', [AUDIO.url], { title: 'Later', downloadTotal: AUDIO.size });
  await gate.reached;
  const popup = await browser.openPopup();
  await untilRow(popup, 'Later', /50/);
  await press(popup, 'Later', 'pause');
  await untilRow(popup, 'Later', /Paused/);
  const first = await server.log.wait('/bytes/audio', (request) => request.outcome !== 'open');
  expect(first.outcome).toBe('cut');
  gate.open();
  expect(server.log.for('/bytes/audio')).toHaveLength(1);

  await press(popup, 'Later', 'resume');
  await eventFor(page, 'episode');
  expect(await downloadOf(page, AUDIO.url)).toMatchObject({ sha256: AUDIO.hash });
  expect(server.log.for('/bytes/audio')[1]?.range).toBe(
    `bytes=${AUDIO.size / 2}-${lastOf(server.log.for('/bytes/audio')[1]?.range)}`,
  );
});

/** The end of a Range header's range, '' for none. */
function lastOf(range = ''): string {
  return range.split('-')[1] ?? '';
}

test('fails where the server does, and still hands over what is good', async () => {
  const page = await openSite(browser, server.freshOrigin());
  await startFetch(page, 'episode', [ART.url, '/bytes/missing?status=404&times=9'], { title: 'Half' });
  const event = await eventFor(page, 'episode');
  expect(event).toMatchObject({
    type: 'backgroundfetchfail',
    result: 'failure',
    failureReason: 'bad-status',
  });
  expect(event.records).toEqual([
    { url: new URL(ART.url, page.url()).href, status: 200 },
    { url: new URL('/bytes/missing?status=404&times=9', page.url()).href, status: 404 },
  ]);
  expect(await downloadOf(page, ART.url)).toMatchObject({ sha256: ART.hash });
  const popup = await browser.openPopup();
  await untilRow(popup, 'Half', /the server answered with an error/);
});

test('goes on when the background ends in the middle', async () => {
  const page = await openSite(browser, server.freshOrigin());
  const gate = server.gate('/bytes/audio', 0.5);
  await startFetch(page, 'episode', [AUDIO.url]);
  await gate.reached;
  await browser.endDownloader();
  await browser.endBackground();
  gate.open();
  expect(await eventFor(page, 'episode')).toMatchObject({ type: 'backgroundfetchsuccess' });
  expect(await downloadOf(page, AUDIO.url)).toMatchObject({ sha256: AUDIO.hash });
});

test('is handed over anew when the background ends while the site’s worker handles the event', async () => {
  // The worker lives on, and asks for the records when nobody hears it any more.
  server.page(
    '/slow.js',
    `const { prototype } = self.BackgroundFetchRegistration ?? {};
    const matchAll = prototype?.matchAll;
    // In Chromium the worker that the browser itself runs has no such class.
    if (matchAll)
      prototype.matchAll = async function () {
        await (await fetch('/bytes/handler?size=100&length=no')).text();
        return matchAll.call(this);
      };
    importScripts('/plain/sw.js');`,
  );
  server.page(
    '/plain/slow',
    '<!doctype html><html data-script="/slow.js"><script src="/plain/page.js"></script>',
  );
  const page = await openPage(browser, `${server.freshOrigin()}/plain/slow`);
  const gate = server.gate('/bytes/handler', 0.5);
  await startFetch(page, 'art', [ART.url]);
  await gate.reached;
  await browser.endDownloader();
  await browser.endBackground();
  gate.open();
  // By itself the background is back within half a minute; the popup wakes it.
  await browser.openPopup();
  expect(await eventFor(page, 'art')).toMatchObject({ type: 'backgroundfetchsuccess' });
  expect(await downloadOf(page, ART.url)).toMatchObject({ sha256: ART.hash });
});

test.for<Variant>(['module', 'import', 'strict', 'csp'])(
  'reaches the service worker of /%s/',
  async (variant) => {
    const origin = server.freshOrigin();
    const page = await openSite(browser, origin, variant);
    await startFetch(page, variant, [ART.url]);
    await page.goto('about:blank');
    await untilRow(await browser.openPopup(), `${variant} is here`, /Downloaded/);
    const reopened = await openSite(browser, origin, variant);
    const [event] = await eventsOf(reopened);
    expect(event).toMatchObject({ type: 'backgroundfetchsuccess' });
    if (variant === 'module' || variant === 'strict') expect(event?.strict).toBe(true);
    expect(await downloadOf(reopened, ART.url)).toMatchObject({ sha256: ART.hash });
  },
);

test('a click on a download opens what the site wants, in one tab in front', async () => {
  const origin = server.freshOrigin();
  const page = await openSite(browser, origin);
  await startFetch(page, 'clicked', [ART.url], { title: 'Ready' });
  await eventFor(page, 'clicked');
  await page.close();
  const popup = await browser.openPopup();
  // With the end of the hand-off the row goes to another place of the list, from under the pointer.
  await untilRow(popup, 'clicked is here', /Downloaded/);
  await press(popup, 'clicked is here', 'open');
  const tabs = async () =>
    (await browser.pages()).filter((each) => each.url() === `${origin}/plain/?clicked=clicked`);
  const clicked = await until('the site has a tab', async () => (await tabs())[0]);
  expect(await clicked.evaluate(() => document.visibilityState)).toBe('visible');
  expect((await eventsOf(clicked)).map((event) => event.type)).toEqual([
    'backgroundfetchsuccess',
    'backgroundfetchclick',
  ]);
  expect(await tabs()).toHaveLength(1);
});

test('fetches across origins what CORS allows, as the site, and nothing else', async () => {
  const page = await openSite(browser, server.freshOrigin());
  const other = server.freshOrigin();
  await startFetch(page, 'allowed', [`${other}/bytes/shared?size=300000&cors=*`]);
  expect(await eventFor(page, 'allowed')).toMatchObject({ type: 'backgroundfetchsuccess' });
  expect(await downloadOf(page, `${other}/bytes/shared?size=300000&cors=*`)).toMatchObject({
    sha256: sha256('shared', 300_000),
  });
  expect(server.log.for('/bytes/shared')[0]?.headers.origin).toBe(new URL(page.url()).origin);

  await startFetch(page, 'refused', [`${other}/bytes/secret?size=300000&cors=none`]);
  expect(await eventFor(page, 'refused')).toMatchObject({
    type: 'backgroundfetchfail',
    failureReason: 'fetch-error',
    downloaded: 0,
  });
});

test('a redirect out of the site is followed as the site only', async () => {
  const page = await openSite(browser, server.freshOrigin());
  const other = server.freshOrigin();
  const target = encodeURIComponent(`${other}/bytes/away?size=1000&cors=none`);
  await startFetch(page, 'redirected', [`/bytes/here?redirect=${target}`]);
  expect(await eventFor(page, 'redirected')).toMatchObject({
    type: 'backgroundfetchfail',
    failureReason: 'fetch-error',
    downloaded: 0,
  });
  for (const request of server.log.for('/bytes/away'))
    expect(request.headers.origin).toBe(new URL(page.url()).origin);
});
