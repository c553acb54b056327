/** Row: what the extension costs a page that does not use the API. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'puppeteer-core';
import type { BrowserUnderTest } from '../support/browser.ts';
import { builtExtension } from '../support/built-extension.ts';
import type { TestServer } from '../support/server.ts';
import { alternate, type Row, repeat, withExtension, withoutExtension } from './row.ts';

const SCRIPTS = 50;
const LOADS = 50;
/** Documents that the page script is run in, to have its time in spite of coarse clocks. */
const DOCUMENTS = 100;

export const pageWithoutUse: Row = {
  title: `A page of ${SCRIPTS} scripts that does not use the API, loaded ${LOADS} times`,
  async measure({ browser: name, server, rounds }) {
    serveScripts(server);
    return withoutExtension(name, {}, (bare) =>
      withExtension(name, async (browser) => {
        const messages = await countMessages(browser);
        const url = `${server.freshOrigin()}/scripts/`;
        const page = await browser.newPage();
        const barePage = await bare.newPage();
        await browser.endBackground();
        let woken = 0;
        const seen: { woken: number; messages: number }[] = [];
        const ratios: number[] = [];
        for (let round = 0; round <= rounds; round++) {
          const [wokenBefore, messagesBefore] = [woken, await messages()];
          const loads = await alternate(
            LOADS,
            async () => {
              const time = await load(page, url);
              if (await browser.backgroundRuns()) {
                woken += 1;
                await browser.endBackground();
              }
              return time;
            },
            () => load(barePage, url),
          );
          // The first round warms up.
          if (round === 0) continue;
          seen.push({ woken: woken - wokenBefore, messages: (await messages()) - messagesBefore });
          ratios.push(sum(loads.map(([time]) => time)) / sum(loads.map(([, time]) => time)));
        }
        const code = readFileSync(join(builtExtension(name), 'page.js'), 'utf8');
        return [
          { title: 'time / without the extension', unit: '×', digits: 3, goal: ['≤', 1.01], values: ratios },
          {
            title: 'background woken',
            unit: '',
            digits: 0,
            goal: ['≤', 0],
            values: seen.map((each) => each.woken),
          },
          {
            title: 'messages to the extension',
            unit: '',
            digits: 0,
            goal: ['≤', 0],
            values: seen.map((each) => each.messages),
          },
          {
            title: 'page script',
            unit: ' ms',
            digits: 3,
            goal: ['≤', 0.5],
            values: await repeat(rounds, () => timeOfScript(barePage, code)),
          },
        ];
      }),
    );
  },
};

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

/** Mean time (ms) that `code` takes in a fresh document. */
function timeOfScript(page: Page, code: string): Promise<number> {
  return page.evaluate(
    (code, count) => {
      const frames = Array.from({ length: count }, () => document.createElement('iframe'));
      document.body.append(...frames);
      const startedAt = performance.now();
      for (const { contentDocument } of frames) {
        const script = document.createElement('script');
        script.textContent = code;
        contentDocument?.head.append(script);
      }
      const time = (performance.now() - startedAt) / count;
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
