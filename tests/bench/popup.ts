/** Rows: the popup with a long list. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'puppeteer-core';
import type { BrowserUnderTest } from '../support/browser.ts';
import { untilRow } from '../support/popup.ts';
import type { TestServer } from '../support/server.ts';
import { openSite, startFetch } from '../support/site-page.ts';
import { storeFinished } from '../support/stored-downloads.ts';
import { until } from '../support/until.ts';
import { type Row, repeat, withExtension } from './row.ts';

const STORED = 200;
const SITES = 4;
const ACTIVE_PER_SITE = 5;
/** For so long processor time is counted (ms). */
const WATCHED = 5000;
const FRAMES = 240;
const MB = 1_000_000;

export const popupOpens: Row = {
  title: `The popup with ${STORED} stored and ${SITES * ACTIVE_PER_SITE} active downloads`,
  measure: ({ browser: name, server, rounds }) =>
    withExtension(name, async (browser) => {
      await store(browser, STORED);
      for (let site = 0; site < SITES; site++) await startDownloads(browser, server);
      const opened = await repeat(rounds, async () => {
        const cpuWithout = await cpuFor(browser, WATCHED);
        const popup = await browser.openPopup();
        await untilShown(popup, STORED + SITES * ACTIVE_PER_SITE);
        const cpuWith = await cpuFor(browser, WATCHED);
        const paint = await firstPaint(popup);
        await popup.close();
        return { paint, share: (cpuWith - cpuWithout) / (WATCHED / 1000) };
      });
      return [
        {
          title: 'first paint',
          unit: ' ms',
          digits: 0,
          goal: ['≤', 100],
          values: opened.map(({ paint }) => paint),
        },
        {
          title: 'share of a core while open',
          unit: ' %',
          digits: 1,
          goal: ['≤', 5],
          values: opened.map(({ share }) => share * 100),
        },
      ];
    }),
};

export const popupScrolls: Row = {
  title: 'The popup with 1,000 stored downloads and 1 active one is scrolled',
  measure: ({ browser: name, server, rounds }) =>
    withExtension(name, async (browser) => {
      await store(browser, 1000);
      const page = await openSite(browser, server.freshOrigin());
      await startFetch(page, 'moving', `/bytes/moving?size=${2000 * MB}&rate=${10 * MB}`, {
        title: 'Moving',
        downloadTotal: 2000 * MB,
      });
      const popup = await browser.openPopup();
      await untilRow(popup, 'Moving', /MB of 2 GB/);
      await untilShown(popup, 1001);
      const frames = await repeat(rounds, () => scroll(popup));
      return [
        { title: 'frames, 90 % within', unit: ' ms', digits: 0, values: frames.map((each) => at(each, 0.9)) },
        { title: 'longest frame', unit: ' ms', digits: 0, values: frames.map((each) => at(each, 1)) },
      ];
    }),
};

async function store(browser: BrowserUnderTest, count: number): Promise<void> {
  const popup = await browser.openPopup();
  await storeFinished(popup, count);
  await popup.close();
}

/** Downloads of a site that go on for long. */
async function startDownloads(browser: BrowserUnderTest, server: TestServer): Promise<void> {
  const page = await openSite(browser, server.freshOrigin());
  for (let i = 0; i < ACTIVE_PER_SITE; i++) {
    await startFetch(page, `active${i}`, `/bytes/active${i}?size=${100 * MB}&rate=${MB / 20}`, {
      title: `Active ${i}`,
      downloadTotal: 100 * MB,
    });
  }
}

async function cpuFor(browser: BrowserUnderTest, time: number): Promise<number> {
  const before = browser.cpu();
  await delay(time);
  return browser.cpu() - before;
}

const untilShown = (popup: Page, count: number) =>
  until(`${count} are there`, async () => (await popup.$$('.download')).length === count);

/** Time (ms) from when the page was asked for until something was painted. */
function firstPaint(popup: Page): Promise<number> {
  return popup.evaluate(
    () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN,
  );
}

/** Lengths (ms) of the frames while the list is scrolled from its beginning to its end, shortest first. */
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
    return lengths.sort((one, other) => one - other);
  }, FRAMES);
}

/** The value that a share of the sorted values does not exceed. */
function at(sorted: number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
