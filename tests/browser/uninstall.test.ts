/** The extension is removed: sites go on as before it came. */
import type { Page } from 'puppeteer-core';
import { expect, test } from 'vitest';
import { openSite, startFetch } from '../support/site-page.ts';
import { until } from '../support/until.ts';
import { browserName, useBrowser } from '../support/use-browser.ts';

const { browser, server } = await useBrowser();

const WORKER = `
  addEventListener('install', () => skipWaiting());
  addEventListener('activate', (event) => event.waitUntil(clients.claim()));
  addEventListener('message', (event) => event.ports[0].postMessage({
    hasApi: 'BackgroundFetchManager' in self,
  }));
  addEventListener('fetch', (event) => {
    if (new URL(event.request.url).pathname === '/plain/own') event.respondWith(new Response('from the worker'));
  });
`;

/** What the site's active worker says of itself. */
function askWorker(page: Page): Promise<{ hasApi: boolean }> {
  return page.evaluate(async () => {
    const { active } = await navigator.serviceWorker.ready;
    const { port1, port2 } = new MessageChannel();
    const answer = new Promise<{ hasApi: boolean }>((resolve) => {
      port1.onmessage = ({ data }) => resolve(data as { hasApi: boolean });
    });
    active?.postMessage(null, [port2]);
    return answer;
  });
}

const fetchFromWorker = (page: Page) => page.evaluate(async () => (await fetch('/plain/own')).text());

test('sites keep their service workers, and get their own scripts back', async () => {
  server.page('/plain/sw.js', WORKER);
  const origin = server.freshOrigin();
  const page = await openSite(browser, origin);
  const extended = browserName === 'firefox';
  expect(await askWorker(page)).toEqual({ hasApi: extended });
  const gate = server.gate('/bytes/film', 0.5);
  await startFetch(page, 'film', ['/bytes/film?size=1000000']);
  await gate.reached;

  await browser.uninstallExtension();
  const cut = await server.log.wait('/bytes/film', (request) => request.outcome !== 'open');
  expect(cut.outcome).toBe('cut');

  // The worker that is installed goes on serving the site, also after it was stopped.
  await browser.endServiceWorkers(origin);
  const reopened = await openSite(browser, origin);
  expect(await reopened.evaluate(() => 'BackgroundFetchManager' in self)).toBe(false);
  expect(await fetchFromWorker(reopened)).toBe('from the worker');

  // The next update check, which the browser makes by itself now and then.
  await reopened.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    await registration.update();
  });
  await until('the worker is the site’s own', async () => !(await askWorker(reopened)).hasApi);
  expect(await fetchFromWorker(reopened)).toBe('from the worker');
});
