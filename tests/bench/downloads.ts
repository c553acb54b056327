/** Rows: files until the site has them in its cache, beside the page's own `fetch` → `cache.put` of the same in the same round. */
import type { Page } from 'puppeteer-core';
import type { BrowserUnderTest } from '../support/browser.ts';
import { keptFetches } from '../support/extension.ts';
import type { TestServer } from '../support/server.ts';
import { eventsOf, openSite } from '../support/site-page.ts';
import { byBackgroundFetch, byPage, clear, putStored } from './contenders.ts';
import { alternate, type Figure, type Row, repeat, withExtension, withoutExtension } from './row.ts';
import { type Usage, usageOf } from './usage.ts';

const MB = 1_000_000;

export interface Files {
  count: number;
  /** Bytes of each. */
  size: number;
  /** Added to each one's query: see `answer` in tests/support/representation.ts. */
  faults?: string;
}

/** What is wanted at most, or at least; nothing where it is left out. */
interface Goals {
  /** Times the page's own time for the whole download. */
  time?: number;
  cpu?: number;
  handOff?: number;
  /** MB. */
  memory?: number;
  /** Times the bytes of the download. */
  written?: number;
  /** So many times faster than the browser's own Background Fetch. Without it that is not tried: it would take minutes. */
  native?: number;
}

/** Files beside the page's own way of getting them. */
export function download(title: string, files: Files, goals: Goals): Row {
  const urls = urlsOf(files);
  return {
    title,
    async measure({ browser: name, server, rounds }) {
      const pairs = await withExtension(name, (browser) =>
        alternate(
          rounds,
          () => ours(browser, server, urls),
          () => run(browser, server, urls, byPage),
        ),
      );
      const compare = (of: (usage: Usage) => number) =>
        pairs.map(([backfetch, page]) => of(backfetch) / of(page));
      const figures: Figure[] = [
        ratio(
          'time / page’s own',
          goals.time,
          compare(({ time }) => time),
        ),
        ratio(
          'CPU / page’s own',
          goals.cpu,
          compare(({ cpu }) => cpu),
        ),
        ...spent(
          pairs.map(([backfetch]) => backfetch),
          files,
          goals,
        ),
        ...spent(
          pairs.map(([, page]) => page),
          files,
          {},
          ', page’s own',
        ),
        ratio(
          'hand-off alone / page’s own download',
          goals.handOff,
          pairs.map(([{ handOff }, { time }]) => handOff / time),
        ),
        { title: 'time', unit: ' s', digits: 2, values: pairs.map(([{ time }]) => time / 1000) },
        { title: 'page’s own time', unit: ' s', digits: 2, values: pairs.map(([, { time }]) => time / 1000) },
      ];
      if (name === 'chromium' && goals.native !== undefined) {
        const natives = await withoutExtension(name, { nativeBackgroundFetch: true }, (browser) =>
          repeat(rounds, () => run(browser, server, urls, byBackgroundFetch)),
        );
        figures.push({
          title: 'native’s time / time',
          unit: '×',
          digits: 2,
          goal: ['≥', goals.native],
          values: natives.map(({ time }, i) => time / (pairs[i]?.[0].time ?? Number.NaN)),
        });
      }
      return figures;
    },
  };
}

/** Files without anything beside them: what they take of memory and disk. */
export function downloadAlone(title: string, files: Files, goals: Pick<Goals, 'memory' | 'written'>): Row {
  const urls = urlsOf(files);
  return {
    title,
    measure: ({ browser: name, server, rounds }) =>
      withExtension(name, async (browser) =>
        spent(await repeat(rounds, () => run(browser, server, urls, byBackgroundFetch)), files, goals),
      ),
  };
}

/** The least that the hand-off of files takes: only what no extension has a hand in. */
export function handOffFloor(title: string, files: Files): Row {
  const urls = urlsOf(files);
  return {
    title,
    async measure({ browser: name, server, rounds }) {
      const pairs = await withoutExtension(name, {}, (browser) =>
        alternate(
          rounds,
          () => putStoredIn(browser, server, urls),
          () => run(browser, server, urls, byPage),
        ),
      );
      const values = pairs.map(([put, page]) => put / page.time);
      return [ratio('`cache.put` of what is stored / page’s own download', undefined, values)];
    },
  };
}

async function putStoredIn(browser: BrowserUnderTest, server: TestServer, urls: string[]): Promise<number> {
  let time = Number.NaN;
  await run(browser, server, urls, async (page) => {
    time = await putStored(page, urls);
  });
  return time;
}

function urlsOf({ count, size, faults = '' }: Files): string[] {
  return Array.from({ length: count }, (_, i) => `/bytes/file${i}?size=${size}${faults}`);
}

function ratio(title: string, goal: number | undefined, values: number[]): Figure {
  return { title, unit: '×', digits: 2, ...atMost(goal), values };
}

const atMost = (goal: number | undefined): Pick<Figure, 'goal'> =>
  goal === undefined ? {} : { goal: ['≤', goal] };

function spent(usages: Usage[], { count, size }: Files, goals: Goals, whose = ''): Figure[] {
  return [
    {
      title: `extra memory at the peak${whose}`,
      unit: ' MB',
      digits: 0,
      ...atMost(goals.memory),
      values: usages.map(({ memory }) => memory / MB),
    },
    ratio(
      `bytes written / bytes downloaded${whose}`,
      goals.written,
      usages.map(({ written }) => written / (count * size)),
    ),
  ];
}

/** One download in a page of a fresh origin, with nothing left behind. */
async function run(
  browser: BrowserUnderTest,
  server: TestServer,
  urls: string[],
  contender: (page: Page, urls: string[]) => Promise<void>,
): Promise<Usage> {
  const page = await openSite(browser, server.freshOrigin());
  const usage = await usageOf(browser, () => contender(page, urls));
  await clear(page, urls);
  await page.close();
  server.log.clear();
  return usage;
}

/** By Backfetch, and how long it took (ms) from when all was stored until the site's service worker had cached it. */
async function ours(
  browser: BrowserUnderTest,
  server: TestServer,
  urls: string[],
): Promise<Usage & { handOff: number }> {
  let cachedAt = Number.NaN;
  let origin = '';
  const usage = await run(browser, server, urls, async (page) => {
    await byBackgroundFetch(page, urls);
    cachedAt = (await eventsOf(page))[0]?.at ?? Number.NaN;
    origin = new URL(page.url()).origin;
  });
  const extensionPage = await browser.openExtensionPage('options.html');
  const stored = (await keptFetches(extensionPage)).find((row) => row.origin === origin);
  await extensionPage.close();
  return { ...usage, handOff: cachedAt - (stored?.settledAt ?? Number.NaN) };
}
