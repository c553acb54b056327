/** What is not needed any more goes; what can't be read any more is fetched again. */
import { expect, test } from 'vitest';
import { sha256 } from '../support/bytes.ts';
import { changeRows, keptBy } from '../support/extension.ts';
import { refuseHostFrames } from '../support/host-frames.ts';
import { untilRow } from '../support/popup.ts';
import { downloadOf, eventFor, eventsOf, openSite, startFetch } from '../support/site-page.ts';
import { until } from '../support/until.ts';
import { useBrowser } from '../support/use-browser.ts';

const { browser, server } = await useBrowser();

const SIZE = 3_000_000;
const URLS = [`/bytes/large?size=${SIZE}`, '/bytes/small?size=1000', '/bytes/empty?size=0'];

test('nothing is left behind after the hand-over', async () => {
  const page = await openSite(browser, server.freshOrigin());
  await startFetch(page, 'body', URLS, { title: 'Handed over' });
  await eventFor(page, 'body');
  const popup = await browser.openPopup();
  await untilRow(popup, 'body is here', /Downloaded/);
  await until('only history is left', async () => {
    const { backgroundFetches, records, bodies, files } = await keptBy(popup);
    return backgroundFetches === 1 && records === 0 && bodies === 0 && files === 0;
  });
});

test('a body that can not be read any more is fetched again', async () => {
  const origin = server.freshOrigin();
  const page = await openSite(browser, origin);
  const allow = refuseHostFrames(server);
  await startFetch(page, 'body', URLS, { title: 'Damaged' });
  await page.close();
  const popup = await browser.openPopup();
  await untilRow(popup, 'Damaged', /Waiting until you open the site/);
  await changeRows(popup, 'bodies', null);
  allow();
  const reopened = await openSite(browser, origin);
  expect(await eventFor(reopened, 'body')).toMatchObject({ type: 'backgroundfetchsuccess' });
  expect(await downloadOf(reopened, URLS[0] ?? '')).toMatchObject({ sha256: sha256('large', SIZE) });
  expect(await downloadOf(reopened, URLS[1] ?? '')).toMatchObject({ sha256: sha256('small', 1000) });
  expect(server.log.for('/bytes/large')).toHaveLength(2);
});

test('a result that its site does not come for is let go after 30 days, and the popup says so', async () => {
  const origin = server.freshOrigin();
  const page = await openSite(browser, origin);
  refuseHostFrames(server);
  await startFetch(page, 'body', URLS, { title: 'Forgotten' });
  await page.close();
  const popup = await browser.openPopup();
  await untilRow(popup, 'Forgotten', /Waiting until you open the site/);
  await changeRows(popup, 'backgroundFetches', { settledAt: Date.now() - 31 * 86_400_000 });
  await browser.restart();
  const again = await browser.openPopup();
  await untilRow(again, 'Forgotten', /the site did not come for it in time/);
  await until('its bytes are gone', async () => {
    const { records, bodies, files } = await keptBy(again);
    return records === 0 && bodies === 0 && files === 0;
  });
  const reopened = await openSite(browser, origin);
  expect(await eventsOf(reopened)).toEqual([]);
});
