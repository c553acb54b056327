/** Sizes, space and checksums: what does not fit or is not what it should be is told, and no more is fetched. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { bytes, sha256 } from '../support/bytes.ts';
import { untilRow } from '../support/popup.ts';
import { downloadOf, eventFor, openSite, startFetch, startRequests } from '../support/site-page.ts';
import { useBrowser } from '../support/use-browser.ts';

const { browser, server } = await useBrowser();

const SMALL = { url: '/bytes/small?size=1000', hash: sha256('small', 1000) };

describe('more than downloadTotal', () => {
  test('ends the download at once, and the others with it', async () => {
    const page = await openSite(browser, server.freshOrigin());
    const gate = server.gate('/bytes/other', 0.5);
    const large = server.gate('/bytes/large', 10);
    await startFetch(page, 'body', [SMALL.url, '/bytes/large?size=20000000', '/bytes/other?size=100000'], {
      title: 'Too large',
      downloadTotal: 1_000_000,
    });
    await Promise.all([gate.reached, large.reached]);
    large.open();
    const event = await eventFor(page, 'body');
    expect(event).toMatchObject({
      type: 'backgroundfetchfail',
      result: 'failure',
      failureReason: 'download-total-exceeded',
    });
    // Bodies of records that have no success or bad status are not the site's to see.
    expect(event.records).toEqual([{ url: new URL(SMALL.url, page.url()).href, status: 200 }]);
    expect(await downloadOf(page, SMALL.url)).toMatchObject({ sha256: SMALL.hash });
    for (const path of ['/bytes/other', '/bytes/large'])
      expect((await server.log.wait(path, ({ outcome }) => outcome !== 'open')).outcome).toBe('cut');
    const popup = await browser.openPopup();
    await untilRow(popup, 'Too large', /more to download than the site had said/);
  });

  test('is not what exactly downloadTotal is', async () => {
    const page = await openSite(browser, server.freshOrigin());
    await startFetch(page, 'body', [SMALL.url, '/bytes/other?size=2000'], { downloadTotal: 3000 });
    expect(await eventFor(page, 'body')).toMatchObject({ type: 'backgroundfetchsuccess', downloaded: 3000 });
  });

  test('counts what is decoded, and only once what comes twice', async () => {
    const page = await openSite(browser, server.freshOrigin());
    const url = '/bytes/coded?size=1000000&gzip=force&reset=300000&drops=1';
    await startFetch(page, 'body', [url], { downloadTotal: 1_000_000 });
    expect(await eventFor(page, 'body')).toMatchObject({ type: 'backgroundfetchsuccess' });
    expect(await downloadOf(page, url)).toMatchObject({ sha256: sha256('coded', 1_000_000) });
  });
});

test('a downloadTotal for which there is no room is refused', async () => {
  const page = await openSite(browser, server.freshOrigin());
  const refused = startFetch(page, 'body', [SMALL.url], { downloadTotal: 2 ** 50 });
  await expect(refused).rejects.toThrow('There is not enough room for this download.');
  expect(server.log.for('/bytes/small')).toEqual([]);
});

describe('integrity', () => {
  const body = bytes('checked', 0, 500_000);
  const integrity = (content: Buffer) => `sha256-${createHash('sha256').update(content).digest('base64')}`;
  const url = '/bytes/checked?size=500000';

  test('that is right lets the body through', async () => {
    const page = await openSite(browser, server.freshOrigin());
    await startRequests(page, 'body', [{ url, integrity: integrity(body) }]);
    expect(await eventFor(page, 'body')).toMatchObject({ type: 'backgroundfetchsuccess' });
    expect(await downloadOf(page, url)).toMatchObject({ sha256: sha256('checked', 500_000) });
  });

  test('that is wrong is a failure, and the body is not handed over', async () => {
    const page = await openSite(browser, server.freshOrigin());
    await startRequests(page, 'body', [{ url, integrity: integrity(Buffer.from('other')) }, SMALL]);
    expect(await eventFor(page, 'body', 80_000)).toMatchObject({
      type: 'backgroundfetchfail',
      failureReason: 'fetch-error',
      records: [{ url: new URL(SMALL.url, page.url()).href }],
    });
    expect(await downloadOf(page, url)).toBeNull();
  });

  test('holds for the whole body, also where the connection breaks', async () => {
    const page = await openSite(browser, server.freshOrigin());
    const broken = `${url}&drop=250000&drops=1`;
    await startRequests(page, 'body', [{ url: broken, integrity: integrity(body) }]);
    expect(await eventFor(page, 'body')).toMatchObject({ type: 'backgroundfetchsuccess' });
    expect(await downloadOf(page, broken)).toMatchObject({ sha256: sha256('checked', 500_000) });
  });
});
