/** Makes the stores' pictures in docs/store/pictures/: screenshots of the running thing, and the promotional tile. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'puppeteer-core';
import { site } from '../tests/site/site.ts';
import { type BrowserUnderTest, launch } from '../tests/support/browser.ts';
import { builtExtension } from '../tests/support/built-extension.ts';
import { localised } from '../tests/support/localised.ts';
import { startServer } from '../tests/support/server.ts';

const FOLDER = join(import.meta.dirname, '../docs/store/pictures');
/** CSS pixels: what both stores ask for. */
const SCREENSHOT = { width: 1280, height: 800 };
const POPUP = { width: 400, height: 480 };
const TILE = { width: 440, height: 280 };

const server = await startServer({ ...site, port: 8080 });

/** `page` as it is shown, as a data: URL. */
async function shotOf(page: Page): Promise<string> {
  await page.bringToFront();
  return `data:image/png;base64,${await page.screenshot({ encoding: 'base64' })}`;
}

async function openDemo(page: Page): Promise<void> {
  await page.bringToFront();
  await page.goto(server.url('/', 'podcast'));
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
async function screenshot(language: 'en' | 'ru' | 'zh_CN'): Promise<void> {
  const browser = await launch('chromium', { extension: localised(builtExtension('chromium'), language) });
  try {
    const page = await browser.newPage();
    await page.setViewport(SCREENSHOT);
    const popup = await browser.openPopup();
    await openDemo(page);
    await page.click('[data-episode="lighthouse"] .download');
    await popup.waitForSelector('.finished li', { timeout: 60_000 });
    await openDemo(page);
    await page.waitForSelector('[data-episode="lighthouse"][data-state="downloaded"]');
    // The server holds this one in the middle.
    const gate = server.gate('/audio/tides.wav', 0.6);
    await page.click('[data-episode="tides"] .download');
    await gate.reached;
    await popup.setViewport(POPUP);
    await popup.waitForFunction(() => document.querySelectorAll('.download').length === 2);
    await popup.waitForSelector('.fact');
    const [below, above] = [await shotOf(page), await shotOf(popup)];
    const html = `<img src="${below}" width="${SCREENSHOT.width}"><img src="${above}" width="${POPUP.width}"
      style="position:absolute;top:12px;right:24px;border-radius:10px;box-shadow:0 8px 40px #0009">`;
    await draw(browser, html, `screenshot-${language}.png`, SCREENSHOT);
    if (language === 'en')
      await draw(browser, readFileSync(join(FOLDER, 'promo-tile.svg'), 'utf8'), 'promo-tile.png', TILE);
  } finally {
    await browser.close();
    server.reset();
  }
}

/** Without one there would be boxes. */
const hasChineseFont = spawnSync('fc-list', [':lang=zh'], { encoding: 'utf8' }).stdout?.trim() !== '';

try {
  await screenshot('en');
  await screenshot('ru');
  if (hasChineseFont) await screenshot('zh_CN');
  else console.log('This machine has no Chinese font: no picture in Chinese.');
} finally {
  await server.close();
}
