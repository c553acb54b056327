/** The extension is updated, by the browser's own means, in the middle of downloads. */
import { appendFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { builtExtension } from '../support/built-extension.ts';
import { sha256 } from '../support/bytes.ts';
import { copyExtension } from '../support/copy-extension.ts';
import { press, untilRow } from '../support/popup.ts';
import { downloadOf, eventFor, eventsOf, openSite, startFetch } from '../support/site-page.ts';
import { browserName, useBrowser } from '../support/use-browser.ts';

const { browser, server } = await useBrowser({ updatable: true });

const SIZE = 24_000_000;
/** Higher than any that will be released. */
const NEXT = '1000.0.0';

/** The next version writes something else ahead of service workers too: so sites' workers are updated with it. */
function nextVersion(): string {
  const next = copyExtension(builtExtension(browserName), { version: NEXT });
  const shim = join(next, 'service-worker-shim.js');
  if (existsSync(shim)) appendFileSync(shim, '0;');
  return next;
}

test('loses no download, and gives what was begun to the site', async () => {
  const origin = server.freshOrigin();
  const page = await openSite(browser, origin);
  const film = `/bytes/film?size=${SIZE}`;
  const song = `/bytes/song?size=${SIZE}`;
  const filmGate = server.gate('/bytes/film', 0.5);
  const songGate = server.gate('/bytes/song', 0.5);
  await startFetch(page, 'film', [film], { title: 'Film', downloadTotal: SIZE });
  await startFetch(page, 'song', [song], { title: 'Song', downloadTotal: SIZE });
  await Promise.all([filmGate.reached, songGate.reached]);
  const before = await browser.openPopup();
  await untilRow(before, 'Song', /50/);
  await press(before, 'Song', 'pause');
  await untilRow(before, 'Song', /Paused/);
  await page.close();

  await browser.updateExtension(nextVersion());
  filmGate.open();
  songGate.open();

  const popup = await browser.openPopup();
  expect(await popup.evaluate(() => chrome.runtime.getManifest().version)).toBe(NEXT);
  await untilRow(popup, 'film is here', /Downloaded/);
  // What the person said still holds.
  await untilRow(popup, 'Song', /Paused/);
  await press(popup, 'Song', 'resume');
  await untilRow(popup, 'song is here', /Downloaded/);

  const reopened = await openSite(browser, origin);
  expect(await downloadOf(reopened, film)).toMatchObject({ sha256: sha256('film', SIZE) });
  expect(await downloadOf(reopened, song)).toMatchObject({ sha256: sha256('song', SIZE) });
  const events = await eventsOf(reopened);
  expect(events.map(({ type, id }) => `${type} ${id}`)).toEqual([
    'backgroundfetchsuccess film',
    'backgroundfetchsuccess song',
  ]);
  // And the site can start the next.
  await startFetch(reopened, 'more', ['/bytes/more?size=1000']);
  expect((await eventFor(reopened, 'more')).type).toBe('backgroundfetchsuccess');
});
