/** One download that takes an hour, with no tab of its site open: whatever of us is ended meanwhile has to come back. */

import type { BrowserUnderTest } from '../support/browser.ts';
import { sha256 } from '../support/bytes.ts';
import type { TestServer } from '../support/server.ts';
import { downloadOf, eventFor, openSite, startFetch } from '../support/site-page.ts';
import { until } from '../support/until.ts';

const SIZE = 36_000_000;
const MINUTE = 60_000;

/**
 * Downloads for so many minutes at an even pace, in one request where the browser allows. Nothing looks at the extension
 * meanwhile: that would keep it awake. Resolves with what is to be told; rejects where anything was lost.
 */
export async function runLong(
  browser: BrowserUnderTest,
  server: TestServer,
  minutes: number,
): Promise<string[]> {
  const origin = server.freshOrigin();
  const url = `/bytes/slow?size=${SIZE}&rate=${Math.ceil(SIZE / (minutes * 60))}`;
  const page = await openSite(browser, origin);
  await startFetch(page, 'slow', [url], { title: 'Slow', downloadTotal: SIZE });
  await server.log.wait('/bytes/slow');
  const startedAt = Date.now();
  await page.goto('about:blank');
  // The host frame's request: the extension comes to hand over.
  await until(
    'the site was told',
    () => server.log.for('/robots.txt').length > 0,
    1.2 * minutes * MINUTE + 5 * MINUTE,
  );
  const took = (Date.now() - startedAt) / MINUTE;
  const requests = server.log.for('/bytes/slow');
  const reopened = await openSite(browser, origin);
  const event = await eventFor(reopened, 'slow');
  const stored = await downloadOf(reopened, url);
  if (event.type !== 'backgroundfetchsuccess' || stored?.sha256 !== sha256('slow', SIZE))
    throw new Error(`It came to ${JSON.stringify({ event, stored })}.`);
  const sent = requests.reduce((sum, request) => sum + request.sent, 0);
  return [
    `handed over ${took.toFixed(1)} minutes after its start, ${Math.round((event.at - startedAt) / 1000)} s with the event`,
    `${requests.length} requests, ${sent} bytes sent for ${SIZE}`,
  ];
}
