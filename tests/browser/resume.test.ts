/** Broken lines and odd servers: a body is whole and of one version, or the download fails and says why. */
import { describe, expect, test } from 'vitest';
import { sha256 } from '../support/bytes.ts';
import { hurry } from '../support/extension.ts';
import { downloadOf, eventFor, getFetch, openSite, startFetch } from '../support/site-page.ts';
import { until } from '../support/until.ts';
import { useBrowser } from '../support/use-browser.ts';

const { browser, server } = await useBrowser();

const SIZE = 3_000_000;
const HALF = SIZE / 2;

/** What comes just before a line breaks may go with it (Chromium). */
const SEEN = HALF - 1000;

let bodies = 0;

/**
 * Downloads a body under these faults to its end; tells what came and how the server was asked. Where it is `held`, what
 * lies behind `SEEN` is sent when all before it has come.
 */
async function download(query: string, { prefix = '', held = false, name = `body${++bodies}` } = {}) {
  const page = await openSite(browser, server.freshOrigin());
  const path = `/bytes/${name}`;
  const url = `${prefix}${path}?size=${SIZE}&${query}`;
  const gate = held ? server.gate(path, SEEN) : null;
  await startFetch(page, 'body', [url], { title: 'Body' });
  if (gate) {
    await until('all before it has come', async () => (await getFetch(page, 'body'))?.downloaded === SEEN);
    gate.open();
  }
  const event = await eventFor(page, 'body');
  const requests = server.log.for(path).filter(({ method }) => method === 'GET');
  const stored = await downloadOf(page, url);
  await page.close();
  return {
    name,
    event,
    stored,
    ranges: requests.map((request) => request.range),
    requests,
    sent: requests.reduce((sum, request) => sum + request.sent, 0),
  };
}

const whole = (name: string, version = 0) => ({
  size: SIZE,
  sha256: sha256(name, SIZE, version),
  status: 200,
});
const success = { type: 'backgroundfetchsuccess', result: 'success', failureReason: '', downloaded: SIZE };
const fetchError = { type: 'backgroundfetchfail', result: 'failure', failureReason: 'fetch-error' };

describe.concurrent('a body is resumed where it broke off', () => {
  test.for([
    ['the connection is closed', `drop=${HALF}&drops=1`],
    ['there is no length', `drop=${HALF}&drops=1&length=no`],
    ['only Last-Modified tells the version', `drop=${HALF}&drops=1&etag=none&modified`],
  ] as const)('when %s', async ([, query]) => {
    const { name, event, stored, ranges, sent } = await download(query, { held: true });
    expect(event).toMatchObject(success);
    expect(stored).toMatchObject(whole(name));
    expect(ranges).toEqual(['', expect.stringMatching(/^bytes=\d+-/)]);
    // What was on its way when it broke may come twice; what had come does not.
    expect(sent).toBeLessThan(1.6 * SIZE);
  });

  test.for([
    // A reset takes with it what had come but was not read.
    ['the connection is reset', `reset=${HALF}&drops=1`],
    ['it breaks several times', `drop=500000,1000000,${HALF},2900000`],
  ] as const)('when %s', async ([, query]) => {
    const { name, event, stored, requests } = await download(query);
    expect(event).toMatchObject(success);
    expect(stored).toMatchObject(whole(name));
    expect(requests.length).toBeGreaterThan(1);
  });

  test('and the condition is sent with it', async () => {
    const { name, requests } = await download(`drop=${HALF}&drops=1`, { held: true });
    expect(requests[1]?.headers['if-range']).toBe(`"${name}-${SIZE}-0"`);
  });

  test('when the server gives less than was asked for', async () => {
    const { name, event, stored } = await download(`drop=${HALF}&drops=1&short-range`);
    expect(event).toMatchObject(success);
    expect(stored).toMatchObject(whole(name));
  });

  test('across origins, where the version is compared when the answer is here', async () => {
    const cors = 'cors=*&expose=ETag,Content-Range,Accept-Ranges,Content-Length';
    const { name, event, stored, ranges, requests } = await download(`drop=${HALF}&drops=1&${cors}`, {
      prefix: server.freshOrigin(),
      held: true,
    });
    expect(event).toMatchObject(success);
    expect(stored).toMatchObject(whole(name));
    expect(ranges[1]).toMatch(/^bytes=\d+-/);
    expect(requests[1]?.headers['if-range']).toBeUndefined();
  });
});

describe.concurrent('a body is fetched again from zero', () => {
  test.for([
    ['has no ranges', `drop=${HALF}&drops=1&ranges=no`],
    ['has no validator', `drop=${HALF}&drops=1&etag=none`],
    ['has a weak validator', `drop=${HALF}&drops=1&etag=weak`],
    ['codes it', `reset=${HALF}&drops=1&gzip=force`],
    // Firefox takes what came for the whole.
    ['codes it, and closes the connection', `drop=${HALF}&drops=1&gzip=force`],
    ['codes it, and tells no length', `drop=${HALF}&drops=1&gzip=force&length=no`],
  ] as const)('when the server %s', async ([, query]) => {
    const { name, event, stored, requests } = await download(query);
    expect(event).toMatchObject(success);
    expect(stored).toMatchObject(whole(name));
    expect(requests.map(({ status }) => status)).toEqual([200, 200]);
  });

  test('when another range comes than was asked for', async () => {
    const { name, event, stored, ranges } = await download(`drop=${HALF}&drops=1&wrong-range`);
    expect(event).toMatchObject(success);
    expect(stored).toMatchObject(whole(name));
    expect(ranges.at(-1)).toBe('');
  });

  test('when it has changed meanwhile', async () => {
    const { name, event, stored } = await download(`drop=${HALF}&drops=1&etag=changing&changes=1`);
    expect(event).toMatchObject(success);
    expect(stored).toMatchObject(whole(name, 1));
  });

  test('when a changed one comes for a range across origins', async () => {
    const cors = 'cors=*&expose=ETag,Content-Range,Accept-Ranges,Content-Length';
    const { name, event, stored } = await download(`drop=${HALF}&drops=1&etag=changing&changes=1&${cors}`, {
      prefix: server.freshOrigin(),
    });
    expect(event).toMatchObject(success);
    expect(stored).toMatchObject(whole(name, 1));
  });

  test('when no part of it can be decoded, across origins where the coding is hidden', async () => {
    const hurrying = await hurry(browser);
    const { name, event, stored, ranges } = await download(
      `drop=${HALF}&drops=1&gzip=force&cors=*&expose=ETag,Content-Range`,
      { prefix: server.freshOrigin() },
    );
    await hurrying.close();
    expect(event).toMatchObject(success);
    expect(stored).toMatchObject(whole(name));
    expect(ranges.at(1)).toMatch(/^bytes=/);
    expect(ranges.at(-1)).toBe('');
  });

  test('when the rest is not there any more', async () => {
    let shrunk = false;
    server.intercept(({ url, response, request }) => {
      if (url.pathname !== '/bytes/shrunk' || !request.headers.range || shrunk) return false;
      shrunk = true;
      response.writeHead(416, { 'content-range': 'bytes */1000' }).end();
      return true;
    });
    const { name, event, stored, ranges } = await download(`drop=${HALF}&drops=1`, {
      name: 'shrunk',
    });
    expect(shrunk).toBe(true);
    expect(event).toMatchObject(success);
    expect(stored).toMatchObject(whole(name));
    expect(ranges.at(-1)).toBe('');
  });
});

describe.concurrent('a body is taken as it is', () => {
  test.for([
    ['with a content coding', 'gzip=force'],
    ['without a length', 'length=no'],
    ['from a server without ranges', 'ranges=no'],
    ['from where the site redirects to', `redirect=${encodeURIComponent(`/bytes/other?size=${SIZE}`)}`],
  ] as const)('%s', async ([, query]) => {
    const { name, event, stored, requests } = await download(query);
    expect(event).toMatchObject(success);
    expect(stored).toMatchObject(whole(query.startsWith('redirect') ? 'other' : name));
    expect(requests.filter((request) => request.sent > 0).length).toBeLessThanOrEqual(1);
  });
});

describe.concurrent('a body is never handed over short', () => {
  test.for([
    ['its connection is always closed half way', '', 'short'],
    ['it never gets past a byte', '', `drop=${HALF}&ranges=no`],
    ['it is coded', '', 'gzip=force&short'],
    ['it is coded, and of another origin', server.freshOrigin(), 'gzip=force&short&cors=*'],
  ] as const)('when %s', async ([, origin, query]) => {
    const hurrying = await hurry(browser);
    const { event, stored, requests } = await download(`${query}&etag=none`, { prefix: origin });
    await hurrying.close();
    expect(event).toMatchObject(fetchError);
    expect(stored).toBeNull();
    expect(requests).toHaveLength(8);
  });
});

test('a line that goes silent is left when the browser ends what downloads', async () => {
  const page = await openSite(browser, server.freshOrigin());
  const url = `/bytes/body?size=${SIZE}&stall=${HALF}&drops=1`;
  await startFetch(page, 'body', [url]);
  await server.log.wait('/bytes/body', (request) => request.sent === HALF);
  await browser.endDownloader();
  await browser.endBackground();
  expect(await eventFor(page, 'body')).toMatchObject(success);
  expect(await downloadOf(page, url)).toMatchObject(whole('body'));
});
