/** Rows: how soon a site hears. */
import type { BrowserUnderTest } from '../support/browser.ts';
import { refuseHostFrames } from '../support/host-frames.ts';
import { rowText } from '../support/popup.ts';
import type { TestServer } from '../support/server.ts';
import { abortFetch, eventFor, openPage, openSite, startFetch } from '../support/site-page.ts';
import { until } from '../support/until.ts';
import { type Row, repeat, withExtension } from './row.ts';

const MB = 1_000_000;

export const firstProgress: Row = {
  title: 'A file of 20 MB at 1 MB/s',
  measure: ({ browser: name, server, rounds }) =>
    withExtension(name, async (browser) => [
      {
        title: 'first progress event after the first byte',
        unit: ' ms',
        digits: 0,
        goal: ['≤', 250],
        values: await repeat(rounds, () => timeToProgress(browser, server)),
      },
    ]),
};

async function timeToProgress(browser: BrowserUnderTest, server: TestServer): Promise<number> {
  server.log.clear();
  const page = await openSite(browser, server.freshOrigin());
  const firstByte = server.log.wait('/bytes/slow', ({ sent }) => sent > 0).then(() => Date.now());
  const progress = page.evaluate(
    async (url) => {
      const registration = (await navigator.serviceWorker.ready) as unknown as {
        backgroundFetch: { fetch(id: string, url: string): Promise<EventTarget> };
      };
      const fetch = await registration.backgroundFetch.fetch('slow', url);
      return new Promise<number>((resolve) => {
        fetch.addEventListener('progress', () => resolve(Date.now()), { once: true });
      });
    },
    `/bytes/slow?size=${20 * MB}&rate=${MB}`,
  );
  const time = (await progress) - (await firstByte);
  await abortFetch(page, 'slow');
  await page.close();
  return time;
}

/** Writes down when its event began; {@link eventFor} finds it. */
const WAITING_WORKER = `
self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
self.addEventListener('backgroundfetchsuccess', (event) => {
  const body = JSON.stringify({ id: event.registration.id, at: Date.now() });
  event.waitUntil(caches.open('events').then((events) => events.put('/events/1', new Response(body))));
});`;

export const waitingResult: Row = {
  title: 'A site’s page is opened while 1 result waits for it',
  measure: async ({ browser: name, server, rounds }) => {
    server.page('/waiting/sw.js', WAITING_WORKER);
    server.page(
      '/waiting/',
      '<!doctype html><html data-worker=classic><script src="/plain/page.js"></script></html>',
    );
    // Else it would not wait, but be handed over in the background.
    const allow = refuseHostFrames(server);
    try {
      return await withExtension(name, async (browser) => [
        {
          title: 'start of its event after the page’s load began',
          unit: ' ms',
          digits: 0,
          goal: ['≤', 300],
          values: await repeat(rounds, () => timeToEvent(browser, server)),
        },
      ]);
    } finally {
      allow();
    }
  },
};

async function timeToEvent(browser: BrowserUnderTest, server: TestServer): Promise<number> {
  const url = `${server.freshOrigin()}/waiting/`;
  const { hostname } = new URL(url);
  const page = await openPage(browser, url);
  await startFetch(page, 'waiting', '/bytes/waiting?size=1024', { title: hostname });
  await page.goto('about:blank');
  const popup = await browser.openPopup();
  await until('the result waits', async () =>
    /Waiting until you open the site/.test((await rowText(popup, hostname)) ?? ''),
  );
  await until('the extension watches for the site', () =>
    popup.evaluate(async (hostname) => {
      const { scripting } = (globalThis as unknown as { browser?: typeof chrome }).browser ?? chrome;
      const scripts = await scripting.getRegisteredContentScripts();
      return scripts.some(({ matches }) => matches?.some((match) => match.includes(hostname)));
    }, hostname),
  );
  await popup.close();

  await page.goto(url);
  const loadBegan = await page.evaluate(() => performance.timeOrigin);
  const { at } = await eventFor(page, 'waiting');
  await page.close();
  return at - loadBegan;
}
