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
  const running: { browser?: BrowserUnderTest; server?: TestServer } = {};
  afterAll(async () => {
    await running.browser?.close();
    await running.server?.close();
  });
  const { authority } = options;
  const server = await startServer({ ...site, ...(authority && { tls: authority.server }) });
  running.server = server;
  const browser = await launch(browserName, { extension: builtExtension(browserName), ...options });
  running.browser = browser;
  beforeEach(({ onTestFailed }) => {
    const logged = browser.log.length;
    onTestFailed(() => console.error(['The extension said:', ...browser.log.slice(logged)].join('\n  ')));
  });
  afterEach(async ({ task }) => {
    if (task.concurrent) return;
    await browser.closePages();
    server.reset();
  });
  return { browser, server };
}
