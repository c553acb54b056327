/**
 * `npm run bench [-- [--browser=firefox|chromium] [--rounds=N] [work …]]`: what Backfetch costs, as ratios to the page's own
 * `fetch` → `cache.put` of the same bytes in the same run, alternating.
 */
import { parseArgs } from 'node:util';
import type { Page } from 'puppeteer-core';
import { site } from '../site/site.ts';
import { type BrowserName, type BrowserUnderTest, launch } from '../support/browser.ts';
import { builtExtension } from '../support/built-extension.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { openSite } from '../support/site-page.ts';
import { byBackgroundFetch, byPage, clear } from './contenders.ts';
import { DEFAULT_WORKS, WORKS, type Work } from './works.ts';

/** How often memory is looked at (ms). */
const MEMORY_EVERY = 150;
const MIB = 1024 * 1024;

interface Measured {
  /** Milliseconds. */
  time: number;
  /** Processor seconds of all the browser's processes. */
  cpu: number;
  /** Bytes above what the browser needed before. */
  memory: number;
}

async function measure(browser: BrowserUnderTest, work: () => Promise<void>): Promise<Measured> {
  const memoryBefore = browser.memory();
  const cpuBefore = browser.cpu();
  let peak = memoryBefore;
  const watch = setInterval(() => {
    peak = Math.max(peak, browser.memory());
  }, MEMORY_EVERY);
  const startedAt = performance.now();
  try {
    await work();
  } finally {
    clearInterval(watch);
  }
  return {
    time: performance.now() - startedAt,
    cpu: browser.cpu() - cpuBefore,
    memory: peak - memoryBefore,
  };
}

type Contender = (page: Page, urls: string[]) => Promise<void>;

/** One measurement in a page of a fresh origin, with nothing left behind. */
async function run(
  browser: BrowserUnderTest,
  server: TestServer,
  work: Work,
  contender: Contender,
): Promise<Measured> {
  const page = await openSite(browser, server.freshOrigin());
  const measured = await measure(browser, () => contender(page, work.urls));
  await clear(page, work.urls);
  await page.close();
  return measured;
}

function median(values: number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function spread(values: number[], digits: number): string {
  const format = (value: number) => value.toFixed(digits);
  return `${format(median(values))} (${format(Math.min(...values))}–${format(Math.max(...values))})`;
}

interface Row {
  browser: string;
  work: string;
  /** Each as median (least–most) over the rounds. */
  page: string;
  backfetch: string;
  ratio: string;
  cpu: string;
  memory: string;
  native: string;
}

async function compare(name: BrowserName, works: Work[], rounds: number): Promise<Row[]> {
  const server = await startServer(site);
  const extension = builtExtension(name);
  const browser = await launch(name, { extension });
  const native =
    name === 'chromium' ? await launch(name, { extension: null, nativeBackgroundFetch: true }) : null;
  try {
    const rows: Row[] = [];
    for (const work of works) {
      const own: Measured[] = [];
      const ours: Measured[] = [];
      const natives: Measured[] = [];
      for (let round = 0; round <= rounds; round++) {
        const first = await run(browser, server, work, round % 2 ? byPage : byBackgroundFetch);
        const second = await run(browser, server, work, round % 2 ? byBackgroundFetch : byPage);
        // The first round warms up.
        if (round === 0) continue;
        own.push(round % 2 ? first : second);
        ours.push(round % 2 ? second : first);
        if (native && !work.skipNative) natives.push(await run(native, server, work, byBackgroundFetch));
      }
      const ratios = (of: (measured: Measured) => number) =>
        ours.map((each, i) => of(each) / of(own[i] ?? each));
      rows.push({
        browser: `${name} ${await browser.version()}`,
        work: work.name,
        page: `${spread(
          own.map(({ time }) => time / 1000),
          2,
        )} s`,
        backfetch: `${spread(
          ours.map(({ time }) => time / 1000),
          2,
        )} s`,
        ratio: `${spread(
          ratios(({ time }) => time),
          2,
        )}×`,
        cpu: `${spread(
          ratios(({ cpu }) => cpu),
          2,
        )}×`,
        memory: `+${spread(
          ours.map(({ memory }) => memory / MIB),
          0,
        )} MiB, page +${spread(
          own.map(({ memory }) => memory / MIB),
          0,
        )}`,
        native:
          natives.length > 0
            ? `${spread(
                natives.map(({ time }, i) => time / (own[i]?.time ?? time)),
                2,
              )}×`
            : '–',
      });
    }
    return rows;
  } finally {
    await native?.close();
    await browser.close();
    await server.close();
  }
}

const HEADINGS: Record<keyof Row, string> = {
  browser: 'browser',
  work: 'work',
  page: "page's own",
  backfetch: 'Backfetch',
  ratio: 'ratio',
  cpu: 'CPU ratio',
  memory: 'memory at the peak',
  native: 'native / page',
};

function print(rows: Row[]): void {
  const keys = Object.keys(HEADINGS) as (keyof Row)[];
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  console.log(line(keys.map((key) => HEADINGS[key])));
  console.log(line(keys.map(() => '---')));
  for (const row of rows) console.log(line(keys.map((key) => row[key])));
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { browser: { type: 'string' }, rounds: { type: 'string', default: '3' } },
});
const works = (positionals.length > 0 ? positionals : DEFAULT_WORKS).map((name) => {
  const work = WORKS[name];
  if (!work) throw new Error(`There is no work "${name}"; there are ${Object.keys(WORKS).join(', ')}.`);
  return work;
});
const browsers: BrowserName[] = values.browser ? [values.browser as BrowserName] : ['firefox', 'chromium'];
const rows: Row[] = [];
for (const name of browsers) rows.push(...(await compare(name, works, Number(values.rounds))));
console.log("\nMedian (least–most); ratios are to the page's own fetch → cache.put in the same round.\n");
print(rows);
