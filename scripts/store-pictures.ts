/** Makes the stores' pictures in docs/store/pictures/: screenshots of the running thing, and the promotional tile. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'puppeteer-core';
import type { BrowserUnderTest } from '../tests/support/browser.ts';
import { onStage, server } from './stage.ts';

const FOLDER = join(import.meta.dirname, '../docs/store/pictures');
/** CSS pixels: what both stores ask for. */
const SCREENSHOT = { width: 1280, height: 800 };
const POPUP = { width: 400, height: 600 };
const TILE = { width: 440, height: 280 };

/** `page` as it is shown, as a data: URL. */
async function shotOf(page: Page, deviceScaleFactor: number, size: typeof POPUP): Promise<string> {
  await page.bringToFront();
  await page.setViewport({ ...size, deviceScaleFactor });
  return `data:image/png;base64,${await page.screenshot({ encoding: 'base64' })}`;
}

async function openDemo(page: Page): Promise<void> {
  await page.bringToFront();
  await page.goto('https://slow-signals.example/');
  await page.waitForFunction(() => document.documentElement.dataset.ready === 'true');
}

/** Draws `html` and takes a picture of it. */
async function draw(browser: BrowserUnderTest, html: string, name: string, size: typeof TILE): Promise<void> {
  const page = await browser.newPage();
  await page.setViewport(size);
  await page.setContent(`<!doctype html><body style="margin:0;overflow:hidden">${html}`);
  await page.bringToFront();
  await page.screenshot({ path: join(FOLDER, name) });
  console.log(`docs/store/pictures/${name}`);
}

/** The demo site with the popup over it, where the browser would open it. */
async function screenshot(browser: BrowserUnderTest, language: string): Promise<void> {
  const page = await browser.newPage();
  await page.setViewport(SCREENSHOT);
  const popup = await browser.openPopup();
  await openDemo(page);
  await page.click('[data-episode="lighthouse"] .download');
  await popup.waitForSelector('.finished li', { timeout: 60_000 });
  await openDemo(page);
  await page.waitForSelector('[data-episode="lighthouse"][data-state="downloaded"]');
  const gate = server.gate('/audio/glacier.wav', 0.4);
  await page.click('[data-episode="glacier"] .download');
  await page.click('[data-episode="tides"] .download');
  await popup.bringToFront();
  // Amount, files, percent, speed, time left.
  await popup.waitForFunction(() => document.querySelectorAll('.download .fact').length >= 10, {
    timeout: 60_000,
  });
  await popup.setViewport(POPUP);
  const { width } = POPUP;
  const height = await popup.evaluate(() => Math.ceil(document.body.getBoundingClientRect().bottom));
  const above = await shotOf(popup, 2, { width, height });
  const below = await shotOf(page, 1, SCREENSHOT);
  gate.reached.catch(() => undefined);
  const html = `<img src="${below}" width="${SCREENSHOT.width}"><img src="${above}" width="${width}"
    style="position:absolute;top:12px;right:24px;border-radius:10px;box-shadow:0 8px 40px #0009">`;
  await draw(browser, html, `screenshot-${language}.png`, SCREENSHOT);
  if (language === 'en')
    await draw(browser, readFileSync(join(FOLDER, 'promo-tile.svg'), 'utf8'), 'promo-tile.png', TILE);
}

try {
  for (const language of ['en', 'ru', 'zh_CN'] as const)
    await onStage(language, (browser) => screenshot(browser, language));
} finally {
  await server.close();
}
