/** What a browser test begins with: a browser with the extension, and the test site's server. */
import { afterAll, afterEach, beforeEach } from 'vitest';
import { site } from '../site/site.ts';
import { type BrowserName, type BrowserUnderTest, type LaunchOptions, launch } from './browser.ts';
import { builtExtension } from './built-extension.ts';
import { startServer, type TestServer } from './server.ts';

/** The browser that this run is about. */
export const browserName = process.env.BACKFETCH_BROWSER as BrowserName;

/**
 * Starts both for all tests of a file, and ends them after the last. Between tests the server forgets what was set,
 * and all tabs are closed; what the browser has stored stays, so let each test have an origin of its own
 * (`server.freshOrigin()`). Tests that mostly wait may be concurrent: they close their tabs themselves, and have paths of
 * their own.
 */
export async function useBrowser(options: Partial<LaunchOptions> = {}): Promise<{
  browser: BrowserUnderTest;
  server: TestServer;
}> {
  const { browser, server } = await start(options);
  afterAll(async () => {
    await browser.close();
    await server.close();
  });
  cleanUpBetweenTests(browser, server);
  return { browser, server };
}

const shared = new Map<string, Promise<{ browser: BrowserUnderTest; server: TestServer }>>();

/**
 * The same for files that leave nothing in the browser that others would mind: with equal options they have one together, as
 * long as the test run lasts.
 */
export async function shareBrowser(
  options: Partial<LaunchOptions> = {},
): Promise<{ browser: BrowserUnderTest; server: TestServer }> {
  const key = JSON.stringify(options);
  const starting = shared.get(key) ?? start(options);
  shared.set(key, starting);
  const { browser, server } = await starting;
  cleanUpBetweenTests(browser, server);
  return { browser, server };
}

async function start(
  options: Partial<LaunchOptions>,
): Promise<{ browser: BrowserUnderTest; server: TestServer }> {
  const { authority } = options;
  const server = await startServer({ ...site, ...(authority && { tls: authority.server }) });
  const browser = await launch(browserName, { extension: builtExtension(browserName), ...options });
  return { browser, server };
}

function cleanUpBetweenTests(browser: BrowserUnderTest, server: TestServer): void {
  beforeEach(({ onTestFailed }) => {
    const logged = browser.log.length;
    onTestFailed(() => console.error(['The extension said:', ...browser.log.slice(logged)].join('\n  ')));
  });
  afterEach(async ({ task }) => {
    if (task.concurrent) return;
    await browser.closePages();
    server.reset();
  });
}
