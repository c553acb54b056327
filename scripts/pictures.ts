/** Takes pictures of every page of the extension, of the running thing, into docs/pictures/. */
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'puppeteer-core';
import { site } from '../tests/site/site.ts';
import { type BrowserUnderTest, launch } from '../tests/support/browser.ts';
import { builtExtension } from '../tests/support/built-extension.ts';
import { type Language, localised } from '../tests/support/localised.ts';
import { press, untilRow } from '../tests/support/popup.ts';
import { startServer } from '../tests/support/server.ts';
import { openSite, startFetch } from '../tests/support/site-page.ts';
import { until } from '../tests/support/until.ts';

const FOLDER = join(import.meta.dirname, '../docs/pictures');
/** CSS pixels. */
const POPUP = { width: 400, height: 600 };
const PAGE = { width: 900, height: 900 };
const ANDROID = { width: 360, height: 740 };

const server = await startServer({ ...site, port: 8080 });

async function take(page: Page, name: string, size: { width: number; height: number }): Promise<void> {
  await page.bringToFront();
  await page.setViewport({ ...size, deviceScaleFactor: 2 });
  await page.screenshot({ path: join(FOLDER, `${name}.png`) });
  console.log(`docs/pictures/${name}.png`);
}

async function settings(browser: BrowserUnderTest): Promise<Page> {
  const page = await browser.openExtensionPage('options.html');
  await page.waitForSelector('#permission');
  return page;
}

interface Download {
  title: string;
  /** Bytes in all. */
  size: number;
  /** How much of it comes, below 1. */
  part: number;
}

/** Starts a download on a site and waits until a part of it is there. */
async function download(
  browser: BrowserUnderTest,
  host: string,
  { title, size, part }: Download,
): Promise<Page> {
  const page = await openSite(browser, server.origin(host));
  const name = title.toLowerCase().replace(/\W+/g, '-');
  const gate = server.gate(`/bytes/${name}`, part);
  const artwork = `/artwork/${{ podcast: 'lighthouse', films: 'glacier', maps: 'tides' }[host] ?? 'tides'}.svg`;
  await startFetch(page, name, [`/bytes/${name}?size=${size}&rate=${Math.round(size / 16)}`], {
    title,
    downloadTotal: size,
    icons: [{ src: artwork, sizes: '512x512', type: 'image/svg+xml' }],
  });
  gate.reached.catch(() => undefined);
  return page;
}

/** Several downloads in several states. */
async function busy(browser: BrowserUnderTest): Promise<void> {
  const finished = await openSite(browser, server.origin('maps'));
  await startFetch(finished, 'coast', ['/bytes/coast?size=18300000'], {
    title: 'Coast path, northern part',
    downloadTotal: 18_300_000,
    icons: [{ src: '/artwork/tides.svg', sizes: '512x512', type: 'image/svg+xml' }],
  });
  const popup = await browser.openPopup();
  await untilRow(popup, 'coast is here', /./);
  await download(browser, 'podcast', { title: 'The keeper’s last shift', size: 31_800_000, part: 0.9 });
  await download(browser, 'podcast', { title: 'Night train, car nine', size: 105_800_000, part: 0.8 });
  await download(browser, 'films', { title: 'A year under the ice', size: 412_000_000, part: 0.9 });
  await until('a fifth of the ice is here', () =>
    popup.evaluate(() =>
      [...document.querySelectorAll('.download')].some(
        (row) =>
          row.querySelector('.title[title="A year under the ice"]') &&
          (row.querySelector('progress')?.value ?? 0) > 0.2,
      ),
    ),
  );
  await popup.bringToFront();
  await press(popup, 'Night train, car nine', 'pause');
  await popup.close();
}

async function inLanguage(language: Language): Promise<void> {
  const browser = await launch('chromium', { extension: localised(builtExtension('chromium'), language) });
  try {
    const suffix = language === 'en' ? '' : `-${language.replace('_', '-')}`;
    if (language === 'en') {
      await take(await browser.openPopup(), 'popup-empty', POPUP);
      const welcome = await browser.openExtensionPage('welcome.html');
      await until('access is known', () => welcome.$('[role=status] p'));
      await take(welcome, 'welcome', PAGE);
    }
    await busy(browser);
    const popup = await browser.openPopup();
    await until('all are shown', async () => (await popup.$$('.download')).length === 4);
    // Amount, percent, speed, time left.
    await until('speeds are known', () =>
      popup.evaluate(() =>
        [...document.querySelectorAll('.download')].some((row) => row.querySelectorAll('.fact').length >= 4),
      ),
    );
    await take(popup, `popup${suffix}`, POPUP);
    if (language === 'en') await english(browser, popup);
    const options = await settings(browser);
    await take(options, `options${suffix}`, { ...PAGE, height: 1200 });
  } finally {
    await browser.close();
    server.reset();
  }
}

/** What one language is enough for. */
async function english(browser: BrowserUnderTest, popup: Page): Promise<void> {
  await popup.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }]);
  await take(popup, 'popup-dark', POPUP);
  const page = await browser.openExtensionPage('downloads.html');
  await until('all are shown', async () => (await page.$$('.download')).length === 4);
  await take(page, 'downloads', PAGE);
  await take(page, 'downloads-android', ANDROID);
  const inspector = await browser.openExtensionPage(`inspector.html?origin=${server.origin('podcast')}`);
  await inspector.waitForSelector('tbody tr');
  await take(inspector, 'inspector', PAGE);

  const failing = await openSite(browser, server.origin('films'));
  await startFetch(failing, 'lost', ['/bytes/lost?status=404&times=9'], { title: 'The lost reel' });
  await popup.emulateMediaFeatures([]);
  await untilRow(popup, 'The lost reel', /Failed/);
  await popup.evaluate(() => document.querySelector('.finished')?.scrollIntoView());
  await take(popup, 'popup-failed', POPUP);

  const options = await settings(browser);
  await options.select('#permission', 'ask');
  await download(browser, 'radio', { title: 'Concert, whole evening', size: 88_000_000, part: 0.5 });
  await untilRow(popup, 'Concert, whole evening', /asks/);
  await popup.evaluate(() =>
    document.querySelector('[data-phase=asking]')?.closest('section')?.scrollIntoView(),
  );
  await take(popup, 'popup-asking', POPUP);
  await options.select('#permission', 'allow');
  await options.close();
}

/** Without one there would be boxes. */
function hasChineseFont(): boolean {
  return spawnSync('fc-list', [':lang=zh'], { encoding: 'utf8' }).stdout?.trim() !== '';
}

mkdirSync(FOLDER, { recursive: true });
try {
  for (const language of ['en', 'zh_CN', 'ru', 'rtl'] as const) {
    if (language === 'zh_CN' && !hasChineseFont())
      console.log('This machine has no Chinese font: no pictures in Chinese.');
    else await inLanguage(language);
  }
} finally {
  await server.close();
}
