/** A disk that is full: what is there is handed over, the rest is told, and the space comes back. */
import { expect, test } from 'vitest';
import { sha256 } from '../support/bytes.ts';
import { keptBy } from '../support/extension.ts';
import { untilRow } from '../support/popup.ts';
import { downloadOf, eventFor, openSite, startFetch } from '../support/site-page.ts';
import { until } from '../support/until.ts';
import { useBrowser } from '../support/use-browser.ts';

const { browser, server } = await useBrowser({ storageLimit: 30_000_000 });

test('the download ends with what is there', async () => {
  const page = await openSite(browser, server.freshOrigin());
  const small = '/bytes/small?size=1000';
  const popup = await browser.openPopup();
  await startFetch(page, 'body', [small, '/bytes/large?size=200000000'], { title: 'No room' });
  const event = await eventFor(page, 'body');
  expect(event).toMatchObject({
    type: 'backgroundfetchfail',
    result: 'failure',
    failureReason: 'quota-exceeded',
  });
  expect(await downloadOf(page, small)).toMatchObject({ sha256: sha256('small', 1000) });
  await untilRow(popup, 'No room', /not enough storage space/);
  await until('the space is given back', async () => {
    const { bodies, files } = await keptBy(popup);
    const isFree = await popup.evaluate(async () => {
      const { quota = 0, usage = 0 } = await navigator.storage.estimate();
      return usage < quota / 2;
    });
    return bodies === 0 && files === 0 && isFree;
  });
  const after = '/bytes/after?size=3000000';
  await startFetch(page, 'after', [after]);
  expect(await eventFor(page, 'after')).toMatchObject({ type: 'backgroundfetchsuccess' });
  expect(await downloadOf(page, after)).toMatchObject({ sha256: sha256('after', 3_000_000) });
});
