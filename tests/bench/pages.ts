/** Row: what the extension costs a page that does not use the API. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'puppeteer-core';
import type { BrowserName, BrowserUnderTest } from '../support/browser.ts';
import { builtExtension } from '../support/built-extension.ts';
import { copyExtension } from '../support/copy-extension.ts';
import type { TestServer } from '../support/server.ts';
import { alternate, type Figure, type Row, repeat, withExtension, withoutExtension } from './row.ts';

const SCRIPTS = 50;
const LOADS = 50;
/** Documents that the page script is run in, to have its time in spite of coarse clocks. */
const DOCUMENTS = 100;

const TITLE = `A page of ${SCRIPTS} scripts that does not use the API, loaded ${LOADS} times`;

export const pageWithoutUse: Row = {
  title: TITLE,
  measure: async ({ browser: name, server, rounds }) => [
    await loadsBeside(name, server, rounds, builtExtension(name), 1.01),
    ...(await unnoticed(name, server, rounds)),
    await pageScript(name, server, rounds),
  ],
};

/** What any extension costs that is in every page. */
export const pageWithEmptyScripts: Row = {
  title: `${TITLE}, the extension’s scripts empty`,
  async measure({ browser: name, server, rounds }) {
    const empty = copyExtension(builtExtension(name), {});
    for (const script of ['page.js', 'bridge.js']) writeFileSync(join(empty, script), '');
    return [await loadsBeside(name, server, rounds, empty)];
  },
};

/** How long the page takes, beside a browser without the extension. */
async function loadsBeside(
  name: BrowserName,
  server: TestServer,
  rounds: number,
  extension: string,
  goal?: number,
): Promise<Figure> {
  serveScripts(server);
  const url = `${server.freshOrigin()}/scripts/`;
  const ratios = await withoutExtension(name, {}, (bare) =>
    withExtension(
      name,
      async (browser) => {
        const page = await browser.newPage();
        const barePage = await bare.newPage();
        return repeat(rounds, async () => {
          const loads = await alternate(
            LOADS,
            () => load(page, url),
            () => load(barePage, url),
          );
          return sum(loads.map(([time]) => time)) / sum(loads.map(([, time]) => time));
        });
      },
      extension,
    ),
  );
  return {
    title: 'time / without the extension',
    unit: '×',
    digits: 3,
    ...(goal === undefined ? {} : { goal: ['≤', goal] as const }),
    values: ratios,
  };
}

/** How often the extension's background hears of the page's loads. */
async function unnoticed(name: BrowserName, server: TestServer, rounds: number): Promise<Figure[]> {
  serveScripts(server);
  const url = `${server.freshOrigin()}/scripts/`;
  const seen = await withExtension(name, async (browser) => {
    const messages = await countMessages(browser);
    const page = await browser.newPage();
    await browser.endBackground();
    return repeat(rounds, async () => {
      const messagesBefore = await messages();
      let woken = 0;
      for (let count = 0; count < LOADS; count++) {
        await load(page, url);
        if (!(await browser.backgroundRuns())) continue;
        woken += 1;
        await browser.endBackground();
      }
      return { woken, messages: (await messages()) - messagesBefore };
    });
  });
  const none = { unit: '', digits: 0, goal: ['≤', 0] as const };
  return [
    { title: 'background woken', ...none, values: seen.map(({ woken }) => woken) },
    { title: 'messages to the extension', ...none, values: seen.map(({ messages }) => messages) },
  ];
}

async function pageScript(name: BrowserName, server: TestServer, rounds: number): Promise<Figure> {
  const code = readFileSync(join(builtExtension(name), 'page.js'), 'utf8');
  const values = await withoutExtension(name, {}, async (browser) => {
    const page = await browser.newPage();
    // Only where the API may be used the script does anything.
    await page.goto(`${server.freshOrigin()}/plain/`);
    return repeat(rounds, () => timeOfScript(page, code));
  });
  return { title: 'page script', unit: ' ms', digits: 3, goal: ['≤', 0.5], values };
}

function serveScripts(server: TestServer): void {
  const paths = Array.from({ length: SCRIPTS }, (_, i) => `/scripts/${i}.js`);
  // From the browser's cache the page is loaded without what the server's time adds.
  const headers = { 'cache-control': 'max-age=3600' };
  for (const path of paths) server.page(path, { body: 'self.loaded = (self.loaded ?? 0) + 1;', headers });
  server.page(
    '/scripts/',
    `<!doctype html><title>Scripts</title>${paths.map((path) => `<script src="${path}"></script>`).join('')}`,
  );
}

/** Loads a page. Returns the time (ms) until its load event was over. */
async function load(page: Page, url: string): Promise<number> {
  await page.goto(url);
  return page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const look = () => {
          const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
          if (navigation?.loadEventEnd) resolve(navigation.loadEventEnd);
          else setTimeout(look);
        };
        look();
      }),
  );
}

/** Counts, in a page of the extension, what reaches the extension. Returns what tells the count. */
async function countMessages(browser: BrowserUnderTest): Promise<() => Promise<number>> {
  const page = await browser.openExtensionPage('welcome.html');
  await page.evaluate(() => {
    const { runtime } = (globalThis as unknown as { browser?: typeof chrome }).browser ?? chrome;
    document.body.dataset.messages = '0';
    const count = () => {
      document.body.dataset.messages = String(Number(document.body.dataset.messages) + 1);
    };
    runtime.onMessage.addListener(count);
    runtime.onConnect.addListener(count);
  });
  return () => page.evaluate(() => Number(document.body.dataset.messages));
}

/**
 * Mean time (ms) that `code` takes to run in a fresh document. Without compiling it: browsers keep extensions' scripts
 * compiled.
 */
function timeOfScript(page: Page, code: string): Promise<number> {
  return page.evaluate(
    (code, count) => {
      const frames = Array.from({ length: count }, () => document.createElement('iframe'));
      document.body.append(...frames);
      const windows = frames.map(({ contentWindow }) => contentWindow as unknown as typeof globalThis);
      const timeOf = (work: (window: typeof globalThis) => void) => {
        const startedAt = performance.now();
        for (const window of windows) work(window);
        return (performance.now() - startedAt) / count;
      };
      // A document's first script makes the browser set up its global object: that is no cost of ours.
      timeOf((window) => window.eval(';'));
      const compiling = timeOf((window) => new window.Function(code));
      const time = timeOf((window) => window.eval(code)) - compiling;
      for (const frame of frames) frame.remove();
      return time;
    },
    code,
    DOCUMENTS,
  );
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
