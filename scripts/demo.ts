/**
 * Shows the extension on the demo site. With a display: opens a browser and stays until it is closed. Without: does
 * what a person would, tells each step, and ends with 0 when all went well.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { site } from '../tests/site/site.ts';
import { type BrowserName, type BrowserUnderTest, launch } from '../tests/support/browser.ts';
import { builtExtension } from '../tests/support/built-extension.ts';
import { startServer, type TestServer } from '../tests/support/server.ts';

const RESULTS = join(import.meta.dirname, '../.test-results');
const EPISODE = '[data-episode="tides"]';
const TIMEOUT = 60_000;

const name: BrowserName = process.argv[2] === 'chromium' ? 'chromium' : 'firefox';
const visible = Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);

async function openDemo(browser: BrowserUnderTest, server: TestServer) {
  const page = await browser.newPage();
  await page.goto(server.url('/', 'podcast'));
  await page.waitForFunction(() => document.documentElement.dataset.ready === 'true', { timeout: TIMEOUT });
  return page;
}

async function drive(browser: BrowserUnderTest, server: TestServer): Promise<void> {
  mkdirSync(RESULTS, { recursive: true });
  const page = await openDemo(browser, server);
  console.log(`1. Opened the demo site in ${name} ${await browser.version()}, without a display.`);

  if (!(await page.evaluate(() => 'BackgroundFetchManager' in self)))
    throw new Error('The page lacks the API.');
  await page.click(`${EPISODE} .download`);
  await page.waitForSelector(`${EPISODE}[data-state="downloading"]`, { timeout: TIMEOUT });
  console.log('2. Pressed "Download" at the first episode: it downloads.');

  await page.close();
  console.log('3. Closed the tab. No page of the site is open.');

  const popup = await browser.openPopup();
  await popup.waitForSelector('main li', { timeout: TIMEOUT });
  await popup.screenshot({ path: join(RESULTS, 'popup-downloading.png') });
  console.log(`4. The popup shows it: ${join('.test-results', 'popup-downloading.png')}`);

  await popup.waitForSelector('.finished li', { timeout: TIMEOUT });
  await popup.screenshot({ path: join(RESULTS, 'popup-finished.png') });
  const bytes = server.log.for('/audio/tides.wav').reduce((sum, request) => sum + request.sent, 0);
  console.log(`5. It is finished, ${bytes} bytes: ${join('.test-results', 'popup-finished.png')}`);

  const again = await openDemo(browser, server);
  await again.waitForSelector(`${EPISODE}[data-state="downloaded"]`, { timeout: TIMEOUT });
  console.log('6. Opened the site again: its service worker has put the episode into its cache.');

  await again.goto(server.url('/episode/?id=tides', 'podcast'));
  const asked = server.log.for('/audio/tides.wav').length;
  await again.waitForFunction(() => (document.querySelector('audio')?.readyState ?? 0) >= 3, {
    timeout: TIMEOUT,
  });
  if (server.log.for('/audio/tides.wav').length > asked) throw new Error('The player went to the network.');
  console.log('7. The player plays it without asking the server.');
}

const server = await startServer(site);
let browser: BrowserUnderTest | undefined;
let ending = false;
const end = async (status: number) => {
  if (ending) return;
  ending = true;
  await browser?.close();
  await server.close();
  process.exit(status);
};
process.once('SIGINT', () => end(130));
process.once('SIGTERM', () => end(143));
try {
  browser = await launch(name, { extension: builtExtension(name), headless: !visible });
  if (visible) {
    await openDemo(browser, server);
    console.log(`The demo site is open in ${name}. Close the browser or press Ctrl+C to end.`);
    await browser.ended();
  } else {
    await drive(browser, server);
    console.log('All went well.');
  }
  await end(0);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.error(['The extension said:', ...(browser?.log ?? [])].join('\n  '));
  await end(1);
}
