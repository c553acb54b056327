/** Nothing for axe to complain about, on any page, in light, dark and right-to-left. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type axe from 'axe-core';
import type { Page } from 'puppeteer-core';
import { beforeAll, expect, test } from 'vitest';
import { openOptions, untilSetting } from '../../support/options.ts';
import { answer, untilRow } from '../../support/popup.ts';
import { eventFor, openSite, startFetch } from '../../support/site-page.ts';
import { useBrowser } from '../../support/use-browser.ts';

const { browser, server } = await useBrowser();

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const origin = server.freshOrigin();

/** Downloads in the states that look different. */
beforeAll(async () => {
  const page = await openSite(browser, origin);
  await startFetch(page, 'done', ['/bytes/done?size=1000'], { title: 'Done' });
  await eventFor(page, 'done');
  await startFetch(page, 'lost', ['/bytes/lost?status=404&times=9'], { title: 'Lost' });
  await eventFor(page, 'lost');
  await startFetch(page, 'waits', ['/bytes/waits?status=503&retry-after=3600'], { title: 'Waits' });
  await startFetch(page, 'stalls', ['/bytes/stalls?stall=10&size=1000'], { title: 'Stalls' });
  const options = await openOptions(browser);
  await options.select('#permission', 'ask');
  await untilSetting(options, 'permission', 'ask');
  await startFetch(page, 'asks', ['/bytes/asks?size=1000'], { title: 'Asks' });
});

/** How many colours a picture of an element has along its middle. */
async function coloursOf(page: Page, selector: string): Promise<number> {
  const element = await page.waitForSelector(selector);
  const picture = await element?.screenshot({ encoding: 'base64' });
  return page.evaluate(async (base64) => {
    const image = new Image();
    image.src = `data:image/png;base64,${base64}`;
    await image.decode();
    const context = new OffscreenCanvas(image.width, image.height).getContext('2d');
    context?.drawImage(image, 0, 0);
    const line = context?.getImageData(0, Math.floor(image.height / 2), image.width, 1).data ?? [];
    return new Set(new Uint32Array(new Uint8ClampedArray(line).buffer)).size;
  }, picture);
}

async function violations(page: Page, contrast = true): Promise<string[]> {
  await page.evaluate(AXE);
  return page.evaluate(async (contrast) => {
    const { axe: checker } = globalThis as unknown as { axe: typeof axe };
    const results = await checker.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
      rules: { 'color-contrast': { enabled: contrast } },
    });
    return results.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
  }, contrast);
}

interface Shown {
  path: string;
  ready(page: Page): Promise<unknown>;
}

const PAGES: Record<string, Shown> = {
  popup: { path: 'popup.html', ready: (page) => untilRow(page, 'Asks', /asks/) },
  downloads: { path: 'downloads.html', ready: (page) => untilRow(page, 'Asks', /asks/) },
  options: { path: 'options.html', ready: (page) => page.waitForSelector('.sites li') },
  welcome: { path: 'welcome.html', ready: (page) => page.waitForSelector('[role=status] p') },
  inspector: {
    path: `inspector.html?${new URLSearchParams({ origin })}`,
    ready: (page) => page.waitForSelector('tbody tr'),
  },
};

test.for(Object.entries(PAGES))('%s', async ([, { path, ready }]) => {
  for (const scheme of ['light', 'dark'] as const) {
    await browser.setColorScheme(scheme);
    const page = await browser.openExtensionPage(path);
    await ready(page);
    const dark = await page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches);
    expect(dark).toBe(scheme === 'dark');
    for (const direction of ['ltr', 'rtl']) {
      await page.evaluate((value) => {
        document.documentElement.dir = value;
      }, direction);
      expect(await violations(page), `${scheme} ${direction}`).toEqual([]);
    }
    await page.close();
  }
});

test('in the person’s own colours buttons have an edge, and bars tell how far it is', async () => {
  await browser.setForcedColors(true);
  const gate = server.gate('/bytes/half', 0.5);
  const page = await openSite(browser, origin);
  const half = { title: 'Half', downloadTotal: 8_000_000 };
  await startFetch(page, 'half', ['/bytes/half?size=8000000'], half);
  const popup = await browser.openPopup();
  await answer(popup, 'Half', 'allow');
  await gate.reached;
  await untilRow(popup, 'Half', /4 MB of 8 MB/);
  expect(await popup.evaluate(() => matchMedia('(forced-colors: active)').matches)).toBe(true);
  expect(await coloursOf(popup, '.download:has(.title[title=Half]) progress')).toBeGreaterThan(1);
  expect(await coloursOf(popup, '.download:has(.title[title=Half]) [data-action=abort]')).toBeGreaterThan(1);
  // Axe knows nothing of forced colours, and would hold the page's own against each other.
  expect(await violations(popup, false)).toEqual([]);
  await browser.setForcedColors(false);
});

test('with twice the letters nothing has to be scrolled sideways', async () => {
  for (const [, { path, ready }] of Object.entries(PAGES)) {
    const page = await browser.openExtensionPage(path);
    await page.setViewport({ width: 360, height: 700 });
    await ready(page);
    await page.evaluate(() => {
      document.documentElement.style.fontSize = '200%';
    });
    // What can be scrolled by itself, such as a table, may be wider.
    const wide = await page.evaluate(() => {
      const { clientWidth, scrollWidth } = document.documentElement;
      const beyond = [...document.querySelectorAll('body *')].filter(
        (each) =>
          !each.closest('.table, .visually-hidden') && each.getBoundingClientRect().right > clientWidth + 1,
      );
      return scrollWidth > clientWidth ? beyond.map((each) => each.outerHTML.slice(0, 120)) : [];
    });
    expect(wide, path).toEqual([]);
    await page.close();
  }
});
