/** Takes pictures of every page of the extension, of the running thing, into docs/pictures/. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'puppeteer-core';
import type { BrowserUnderTest } from '../tests/support/browser.ts';
import type { Language } from '../tests/support/localised.ts';
import { press, untilRow } from '../tests/support/popup.ts';
import { openSite, startFetch } from '../tests/support/site-page.ts';
import { until } from '../tests/support/until.ts';
import { type Host, onStage, server } from './stage.ts';

const FOLDER = join(import.meta.dirname, '../docs/pictures');
/** CSS pixels; no picture is higher than what it shows. */
const POPUP = { width: 400, height: 600 };
const PAGE = { width: 900, height: 1400 };
const ANDROID = { width: 360, height: 740 };

async function take(page: Page, name: string, { width, height }: typeof POPUP): Promise<void> {
  await page.bringToFront();
  await page.mouse.move(0, 0);
  await page.setViewport({ width, height, deviceScaleFactor: 2 });
  const shown = await page.evaluate(() => Math.ceil(document.body.getBoundingClientRect().bottom));
  if (shown < height) await page.setViewport({ width, height: shown, deviceScaleFactor: 2 });
  await page.screenshot({ path: join(FOLDER, `${name}.png`) });
  console.log(`docs/pictures/${name}.png`);
}

/** By what they are called. `bytes` in all; `part`: how much of it comes, below 1. */
const DOWNLOADS = {
  'The keeper’s last shift': {
    host: 'slow-signals.example',
    art: 'lighthouse',
    bytes: 31_800_000,
    part: 0.9,
  },
  'Night train, car nine': {
    host: 'slow-signals.example',
    art: 'night-train',
    bytes: 105_800_000,
    part: 0.8,
  },
  'A year under the ice': { host: 'films.example', art: 'glacier', bytes: 1_412_000_000, part: 0.9 },
  'Coast path, northern part': { host: 'maps.example', art: 'tides', bytes: 18_300_000, part: 1 },
  'Concert, whole evening': { host: 'radio.example', art: 'lost-tape', bytes: 88_000_000, part: 0.5 },
  'The lost reel': { host: 'films.example', art: 'glacier', bytes: 412_000_000, part: 1 },
} satisfies Record<string, { host: Host; art: string; bytes: number; part: number }>;
type Title = keyof typeof DOWNLOADS;

/** Starts a download on its site. */
async function download(browser: BrowserUnderTest, title: Title, faults = ''): Promise<void> {
  const { host, art, bytes, part } = DOWNLOADS[title];
  const page = await openSite(browser, `https://${host}`);
  const name = title.toLowerCase().replace(/\W+/g, '-');
  if (part < 1) server.gate(`/bytes/${name}`, part).reached.catch(() => undefined);
  // The site's service worker calls what is finished by its id.
  const id = part < 1 ? name : title;
  await startFetch(page, id, [`/bytes/${name}?size=${bytes}&rate=${Math.round(bytes / 24)}${faults}`], {
    title,
    downloadTotal: bytes,
    icons: [{ src: `/artwork/${art}.svg`, sizes: '512x512', type: 'image/svg+xml' }],
  });
}

/** Waits until a part of it, of 1, is there and its speed is known. */
async function untilPart(popup: Page, title: Title, part: number): Promise<void> {
  await until(`so much of "${title}" is here`, () =>
    popup.evaluate(
      (title, part) => {
        const row = document.querySelector(`.download:has(.title[title="${title}"])`);
        return (
          (row?.querySelector('progress')?.value ?? 0) > part && row?.querySelectorAll('.fact').length === 4
        );
      },
      title,
      part,
    ),
  );
}

async function settings(browser: BrowserUnderTest): Promise<Page> {
  const page = await browser.openExtensionPage('options.html');
  await page.waitForSelector('#permission');
  return page;
}

/** Several downloads in several states. */
async function busy(browser: BrowserUnderTest): Promise<Page> {
  const popup = await browser.openPopup();
  await download(browser, 'Coast path, northern part', '&rate=99000000');
  await popup.bringToFront();
  await popup.waitForSelector('.finished time');
  for (const title of ['The keeper’s last shift', 'Night train, car nine', 'A year under the ice'] as const)
    await download(browser, title);
  await popup.bringToFront();
  await untilPart(popup, 'Night train, car nine', 0.15);
  await press(popup, 'Night train, car nine', 'pause');
  await untilPart(popup, 'A year under the ice', 0.2);
  return popup;
}

async function inLanguage(language: Language, browser: BrowserUnderTest): Promise<void> {
  const suffix = language === 'en' ? '' : `-${language.replace('_', '-')}`;
  const popup = await busy(browser);
  await take(popup, `popup${suffix}`, POPUP);
  if (language === 'en') await inEnglish(browser, popup);
  const options = await settings(browser);
  await options.waitForSelector('.sites li');
  await take(options, `options${suffix}`, PAGE);
}

/** What one language is enough for. */
async function inEnglish(browser: BrowserUnderTest, popup: Page): Promise<void> {
  await popup.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }]);
  await take(popup, 'popup-dark', POPUP);
  await popup.emulateMediaFeatures([]);
  const page = await browser.openExtensionPage('downloads.html');
  await untilPart(page, 'A year under the ice', 0);
  await take(page, 'downloads', PAGE);
  await take(page, 'downloads-android', ANDROID);
  const inspector = await browser.openExtensionPage('inspector.html?origin=https://slow-signals.example');
  await (await inspector.waitForSelector('tbody summary'))?.click();
  await take(inspector, 'inspector', PAGE);
}

async function firstRun(browser: BrowserUnderTest): Promise<void> {
  await take(await browser.openPopup(), 'popup-empty', POPUP);
  const welcome = await browser.openExtensionPage('welcome.html');
  await until('access is known', () => welcome.$('[role=status] p'));
  await take(welcome, 'welcome', PAGE);
}

async function failed(browser: BrowserUnderTest): Promise<void> {
  const popup = await browser.openPopup();
  await download(browser, 'Coast path, northern part', '&status=503&retry-after=240&times=9');
  await download(browser, 'The lost reel', '&status=404&times=9');
  await popup.bringToFront();
  await untilRow(popup, 'The lost reel', /Failed.*just now/);
  await untilRow(popup, 'Coast path, northern part', /Trying again/);
  await take(popup, 'popup-failed', POPUP);
}

async function asking(browser: BrowserUnderTest): Promise<void> {
  const popup = await browser.openPopup();
  await download(browser, 'A year under the ice');
  await popup.bringToFront();
  await untilPart(popup, 'A year under the ice', 0.1);
  const options = await settings(browser);
  await options.bringToFront();
  await options.select('#permission', 'ask');
  await until('it asks', async () => {
    await download(browser, 'Concert, whole evening').catch(() => undefined);
    return /asks/.test((await popup.evaluate(() => document.body.textContent)) ?? '');
  });
  await take(popup, 'popup-asking', POPUP);
}

mkdirSync(FOLDER, { recursive: true });
try {
  await onStage('en', firstRun);
  await onStage('en', failed);
  await onStage('en', asking);
  for (const language of ['en', 'zh_CN', 'ru', 'rtl'] as const)
    await onStage(language, (browser) => inLanguage(language, browser));
} finally {
  await server.close();
}
