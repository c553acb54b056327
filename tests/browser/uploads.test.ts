/** Request bodies: they arrive as they were, once, and the site gets the answers. */
import { describe, expect, test } from 'vitest';
import { bytes, sha256 } from '../support/bytes.ts';
import {
  downloadOf,
  eventFor,
  eventsOf,
  openSite,
  progressOf,
  startRequests,
  watchProgress,
} from '../support/site-page.ts';
import { until } from '../support/until.ts';
import { useBrowser } from '../support/use-browser.ts';

const { browser, server } = await useBrowser();

const PHOTO = 400_000;
const ANSWER = { url: '/bytes/answer?size=500&type=application/json', hash: sha256('answer', 500) };
const posts = (path = '/bytes/answer') => server.log.for(path).filter(({ method }) => method === 'POST');
const photo = (name: string) => `/bytes/${name}?size=${PHOTO}`;

test('a string arrives, and the answer is kept', async () => {
  const page = await openSite(browser, server.freshOrigin());
  const started = await startRequests(page, 'upload', [
    { url: ANSWER.url, method: 'POST', body: 'Grüße', headers: { 'x-album': 'summer' } },
  ]);
  expect(started).toMatchObject({ uploadTotal: 7, uploaded: 0 });
  expect(await eventFor(page, 'upload')).toMatchObject({
    type: 'backgroundfetchsuccess',
    records: [{ status: 200 }],
  });
  expect(posts()).toHaveLength(1);
  expect(posts()[0]).toMatchObject({
    received: 7,
    headers: {
      'content-type': 'text/plain;charset=UTF-8',
      'x-album': 'summer',
      origin: new URL(page.url()).origin,
    },
  });
  expect(posts()[0]?.body.toString()).toBe('Grüße');
  expect(await downloadOf(page, ANSWER.url)).toMatchObject({ sha256: ANSWER.hash, type: 'application/json' });
});

test('a Blob arrives, with the tab closed meanwhile', async () => {
  const origin = server.freshOrigin();
  const page = await openSite(browser, origin);
  const gate = server.gate('/bytes/answer', 1);
  await startRequests(page, 'upload', [
    { url: ANSWER.url, method: 'PUT', body: { blob: photo('beach'), type: 'image/jpeg' } },
  ]);
  await page.goto('about:blank');
  await gate.reached;
  gate.open();
  const reopened = await openSite(browser, origin);
  expect(await eventFor(reopened, 'upload')).toMatchObject({ type: 'backgroundfetchsuccess' });
  const [request, ...more] = server.log.for('/bytes/answer');
  expect(more).toEqual([]);
  expect(request).toMatchObject({
    method: 'PUT',
    received: PHOTO,
    headers: { 'content-type': 'image/jpeg' },
  });
  expect(request?.body.equals(bytes('beach', 0, PHOTO))).toBe(true);
});

test('photos in a form arrive as a multipart body that says what is what', async () => {
  const page = await openSite(browser, server.freshOrigin());
  const form = [
    { name: 'album', value: 'Sommer "24"' },
    { name: 'photo', fileName: 'beach.jpg', type: 'image/jpeg', blob: photo('beach') },
    { name: 'photo', fileName: 'hills.png', type: 'image/png', blob: photo('hills') },
  ];
  const started = await startRequests(page, 'upload', [{ url: ANSWER.url, method: 'POST', body: { form } }]);
  expect(started.uploadTotal).toBeGreaterThan(2 * PHOTO);
  expect(await eventFor(page, 'upload')).toMatchObject({ type: 'backgroundfetchsuccess' });
  const [request] = posts();
  const sent = await new Response(new Uint8Array(request?.body ?? []), {
    headers: { 'content-type': request?.headers['content-type'] ?? '' },
  }).formData();
  expect(request?.received).toBe(started.uploadTotal);
  expect(sent.get('album')).toBe('Sommer "24"');
  const photos = sent.getAll('photo') as File[];
  expect(photos.map(({ name, type }) => [name, type])).toEqual([
    ['beach.jpg', 'image/jpeg'],
    ['hills.png', 'image/png'],
  ]);
  const contents = await Promise.all(photos.map(async (file) => Buffer.from(await file.arrayBuffer())));
  expect(
    contents.map((each, index) => each.equals(bytes(['beach', 'hills'][index] ?? '', 0, PHOTO))),
  ).toEqual([true, true]);
});

test('the page sees what was sent', async () => {
  const page = await openSite(browser, server.freshOrigin());
  const gate = server.gate('/bytes/answer', 1);
  await startRequests(page, 'upload', [
    { url: ANSWER.url, method: 'POST', body: { blob: photo('beach') } },
    { url: '/bytes/second?size=10', method: 'POST', body: 'hello' },
  ]);
  await watchProgress(page, 'upload');
  await gate.reached;
  await until('the page sees it sent', async () => (await progressOf(page)).at(-1)?.uploaded === PHOTO + 5);
  gate.open();
  await eventFor(page, 'upload');
  const last = await until('the page sees it end', async () =>
    (await progressOf(page)).find(({ result }) => result !== ''),
  );
  expect(last).toMatchObject({ uploaded: PHOTO + 5, uploadTotal: PHOTO + 5, result: 'success' });
});

test('a large body is seen on its way, and sent as the page would send it', async () => {
  const size = 24_000_000;
  const gate = Promise.withResolvers<void>();
  // A server that reads no further for now: what the socket holds is small against the body.
  server.intercept(async ({ request, url }) => {
    if (url.pathname !== '/bytes/answer' || request.method !== 'POST') return false;
    await gate.promise;
    return false;
  });
  const page = await openSite(browser, server.freshOrigin());
  await startRequests(page, 'upload', [
    { ...ANSWER, method: 'POST', body: { blob: `/bytes/film?size=${size}` }, referrerPolicy: 'origin' },
  ]);
  await watchProgress(page, 'upload');
  const seen = await until('a part of it is on its way', async () =>
    (await progressOf(page)).find(({ uploaded }) => uploaded > 0),
  );
  expect(seen.uploaded).toBeLessThan(size);
  gate.resolve();
  expect(await eventFor(page, 'upload')).toMatchObject({ type: 'backgroundfetchsuccess' });
  expect(posts()).toHaveLength(1);
  expect(posts()[0]).toMatchObject({ received: size });
  expect(posts()[0]?.headers).toMatchObject({ origin: new URL(page.url()).origin });
});

test('an answer that is no success is told, and kept for the site to see', async () => {
  const page = await openSite(browser, server.freshOrigin());
  await startRequests(page, 'upload', [{ url: '/bytes/answer?status=422', method: 'POST', body: 'hello' }]);
  expect(await eventFor(page, 'upload')).toMatchObject({
    type: 'backgroundfetchfail',
    failureReason: 'bad-status',
    records: [{ status: 422 }],
  });
  expect(posts()).toHaveLength(1);
});

test('a server in trouble is not sent to again', async () => {
  const page = await openSite(browser, server.freshOrigin());
  await startRequests(page, 'upload', [
    { url: '/bytes/answer?status=503&retry-after=1', method: 'POST', body: 'hello' },
  ]);
  expect(await eventFor(page, 'upload')).toMatchObject({ failureReason: 'bad-status' });
  expect(posts()).toHaveLength(1);
});

describe('a lost upload is told, and never sent again', () => {
  const upload = { url: ANSWER.url, method: 'POST', body: { blob: photo('beach') } };
  const fetchError = { type: 'backgroundfetchfail', result: 'failure', failureReason: 'fetch-error' };

  test('when the connection breaks before the answer', async () => {
    // Browsers themselves send a request again when a connection that they had used before is closed under it.
    server.intercept(({ request, response, url }) => {
      response.setHeader('connection', 'close');
      if (url.pathname !== '/bytes/answer' || request.method !== 'POST') return false;
      request.on('data', () => request.socket.destroy());
      return true;
    });
    const page = await openSite(browser, server.freshOrigin());
    await startRequests(page, 'upload', [upload]);
    expect(await eventFor(page, 'upload')).toMatchObject(fetchError);
    expect(posts()).toHaveLength(1);
  });

  test('when the answer breaks off', async () => {
    const page = await openSite(browser, server.freshOrigin());
    await startRequests(page, 'upload', [{ ...upload, url: '/bytes/answer?size=100000&drop=50000' }]);
    expect(await eventFor(page, 'upload')).toMatchObject(fetchError);
    expect(posts()).toHaveLength(1);
  });

  test('when the background ends', async () => {
    const page = await openSite(browser, server.freshOrigin());
    const gate = server.gate('/bytes/answer', 1);
    await startRequests(page, 'upload', [upload]);
    await gate.reached;
    await browser.endDownloader();
    await browser.endBackground();
    expect(await eventFor(page, 'upload', 80_000)).toMatchObject(fetchError);
    expect(posts()).toHaveLength(1);
  });

  test('when the browser dies', async () => {
    const origin = server.freshOrigin();
    const page = await openSite(browser, origin);
    const gate = server.gate('/bytes/answer', 1);
    await startRequests(page, 'upload', [upload]);
    await gate.reached;
    await browser.kill();
    gate.open();
    await browser.restart();
    const reopened = await openSite(browser, origin);
    expect(await eventFor(reopened, 'upload')).toMatchObject(fetchError);
    expect(await eventsOf(reopened)).toHaveLength(1);
    expect(posts()).toHaveLength(1);
  });
});
