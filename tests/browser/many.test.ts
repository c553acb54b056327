/** Thousands of requests in one download. */
import { expect, test } from 'vitest';
import { sha256 } from '../support/bytes.ts';
import { downloadOf, eventFor, openSite, startFetch } from '../support/site-page.ts';
import { useBrowser } from '../support/use-browser.ts';

const { browser, server } = await useBrowser();

test('10,000 small requests', async () => {
  const page = await openSite(browser, server.freshOrigin());
  const urls = Array.from({ length: 10_000 }, (_, index) => `/bytes/tile-${index}?size=1024`);
  await startFetch(page, 'tiles', urls, { title: 'Tiles' });
  const event = await eventFor(page, 'tiles', 280_000);
  expect(event).toMatchObject({ type: 'backgroundfetchsuccess', downloaded: 10_000 * 1024 });
  expect(event.records).toHaveLength(10_000);
  for (const index of [0, 4_999, 9_999])
    expect(await downloadOf(page, urls[index] ?? '')).toMatchObject({
      sha256: sha256(`tile-${index}`, 1024),
    });
  const asked = server.log.all.filter(({ path }) => path.startsWith('/bytes/tile-'));
  expect(asked).toHaveLength(10_000);
}, 300_000);
