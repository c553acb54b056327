/**
 * `npm run bench -- popup`: how long the popup takes to open with 200 downloads stored, and how long its frames are while a list
 * of 1,000 is scrolled and one of them downloads.
 */
import type { Page } from 'puppeteer-core';
import { site } from '../site/site.ts';
import { type BrowserUnderTest, launch } from '../support/browser.ts';
import { builtExtension } from '../support/built-extension.ts';
import { untilRow } from '../support/popup.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { openSite, startFetch } from '../support/site-page.ts';
import { storeFinished } from '../support/stored-downloads.ts';
import { until } from '../support/until.ts';

const ROUNDS = 15;
const FRAMES = 240;
const MB = 1_000_000;

const untilShown = (popup: Page, count: number) =>
  until(`${count} are there`, async () => (await popup.$$('.download')).length === count);

/** Times (ms) until the list was painted: since the page was asked for, and since its HTML was read. */
function timeToPaint(popup: Page): Promise<[asked: number, read: number]> {
  return popup.evaluate(
    () =>
      new Promise<[number, number]>((resolve) => {
        const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
        new PerformanceObserver((list) => {
          const painted = list.getEntries().at(-1)?.startTime ?? Number.NaN;
          resolve([painted, painted - (navigation?.domInteractive ?? Number.NaN)]);
        }).observe({ type: 'largest-contentful-paint', buffered: true });
      }),
  );
}

/** Lengths (ms) of the frames while the list is scrolled from its beginning to its end. */
function scroll(popup: Page): Promise<number[]> {
  return popup.evaluate(async (frames) => {
    const frame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve));
    const lengths: number[] = [];
    let last = await frame();
    for (let step = 0; step < frames; step += 1) {
      window.scrollTo(0, (document.documentElement.scrollHeight * step) / frames);
      const now = await frame();
      lengths.push(now - last);
      last = now;
    }
    return lengths;
  }, FRAMES);
}

function quantiles(values: number[]): string {
  const sorted = values.toSorted((one, other) => one - other);
  const at = (share: number) =>
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(0);
  return `median ${at(0.5)} ms, 90 % within ${at(0.9)} ms, longest ${at(1)} ms`;
}

async function measure(browser: BrowserUnderTest, server: TestServer): Promise<void> {
  const first = await browser.openPopup();
  await storeFinished(first, 200);
  await first.close();
  const times: [number, number][] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const popup = await browser.openPopup();
    await untilShown(popup, 200);
    // The first round warms up.
    if (round > 0) times.push(await timeToPaint(popup));
    await popup.close();
  }
  console.log(`  opens with 200: ${quantiles(times.map(([asked]) => asked))}`);
  console.log(`    of which ours: ${quantiles(times.map(([, read]) => read))}`);

  const popup = await browser.openPopup();
  await storeFinished(popup, 1000);
  const page = await openSite(browser, server.freshOrigin());
  const size = 200 * MB;
  await startFetch(page, 'moving', [`/bytes/moving?size=${size}&rate=${10 * MB}`], {
    title: 'Moving',
    downloadTotal: size,
  });
  await popup.bringToFront();
  await untilRow(popup, 'Moving', /MB of 200 MB/);
  await untilShown(popup, 1001);
  console.log(`  frames of 1,000: ${quantiles(await scroll(popup))}`);
}

const server = await startServer(site);
try {
  for (const name of ['firefox', 'chromium'] as const) {
    const browser = await launch(name, { extension: builtExtension(name) });
    try {
      console.log(`${name} ${await browser.version()}`);
      await measure(browser, server);
    } finally {
      await browser.close();
    }
  }
} finally {
  await server.close();
}
