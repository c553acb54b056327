/** What tests do on a page of the test site (`tests/site/public/plain` and its variants). */
import type { Page } from 'puppeteer-core';
import type { BrowserUnderTest } from './browser.ts';
import { until } from './until.ts';

/** The variants, each a page with a service worker that keeps downloads in the cache "downloads". */
export type Variant = 'plain' | 'module' | 'import' | 'strict' | 'csp';

/** An event that the site's service worker got. */
export interface SeenEvent {
  type: 'backgroundfetchsuccess' | 'backgroundfetchfail' | 'backgroundfetchabort' | 'backgroundfetchclick';
  /** Milliseconds since the epoch. */
  at: number;
  id: string;
  result: string;
  failureReason: string;
  recordsAvailable: boolean;
  downloaded: number;
  /** With success and failure: the records; those with an OK status were put into the cache "downloads". */
  records?: { url: string; status: number }[];
  /** With success: whether the worker's script runs in strict mode; only /module/ and /strict/ tell. */
  strict?: boolean;
}

/** What the page can see of a BackgroundFetchRegistration. */
export interface SeenRegistration {
  id: string;
  downloaded: number;
  downloadTotal: number;
  result: string;
  failureReason: string;
  recordsAvailable: boolean;
}

/** The parts of the API that pages use here; TypeScript's DOM library has none of it. */
interface PageRegistration extends SeenRegistration, EventTarget {
  abort(): Promise<boolean>;
}
interface PageServiceWorkerRegistration {
  backgroundFetch: {
    fetch(id: string, requests: string[], options: object): Promise<PageRegistration>;
    get(id: string): Promise<PageRegistration | undefined>;
    getIds(): Promise<string[]>;
  };
}

/** Opens a page of the test site and waits until its service worker is active. */
export async function openSite(
  browser: BrowserUnderTest,
  origin: string,
  variant: Variant = 'plain',
): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(`${origin}/${variant}/`);
  await page.waitForFunction(() => document.documentElement.dataset.ready === 'true');
  return page;
}

/** `registration.backgroundFetch.fetch(id, urls, options)`. Rejects with "name: message" of what it throws. */
export async function startFetch(
  page: Page,
  id: string,
  urls: string | string[],
  options: object = {},
): Promise<SeenRegistration> {
  return page.evaluate(
    async (id, urls, options) => {
      const registration = (await navigator.serviceWorker.ready) as unknown as PageServiceWorkerRegistration;
      const fetch = await registration.backgroundFetch.fetch(id, urls, options);
      const { downloaded, downloadTotal, result, failureReason, recordsAvailable } = fetch;
      return { id: fetch.id, downloaded, downloadTotal, result, failureReason, recordsAvailable };
    },
    id,
    [urls].flat(),
    options,
  );
}

/** `registration.backgroundFetch.get(id)`; null for undefined. */
export async function getFetch(page: Page, id: string): Promise<SeenRegistration | null> {
  return page.evaluate(async (id) => {
    const registration = (await navigator.serviceWorker.ready) as unknown as PageServiceWorkerRegistration;
    const fetch = await registration.backgroundFetch.get(id);
    if (!fetch) return null;
    const { downloaded, downloadTotal, result, failureReason, recordsAvailable } = fetch;
    return { id: fetch.id, downloaded, downloadTotal, result, failureReason, recordsAvailable };
  }, id);
}

/** `abort()` of the background fetch called `id`. */
export async function abortFetch(page: Page, id: string): Promise<boolean> {
  return page.evaluate(async (id) => {
    const registration = (await navigator.serviceWorker.ready) as unknown as PageServiceWorkerRegistration;
    const fetch = await registration.backgroundFetch.get(id);
    if (!fetch) throw new Error(`There is no background fetch "${id}".`);
    return fetch.abort();
  }, id);
}

/** `registration.backgroundFetch.getIds()` */
export async function idsOf(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const registration = (await navigator.serviceWorker.ready) as unknown as PageServiceWorkerRegistration;
    return registration.backgroundFetch.getIds();
  });
}

/** Makes the page write down every progress event of the background fetch called `id`, for {@link progressOf}. */
export async function watchProgress(page: Page, id: string): Promise<void> {
  await page.evaluate(async (id) => {
    const registration = (await navigator.serviceWorker.ready) as unknown as PageServiceWorkerRegistration;
    const fetch = await registration.backgroundFetch.get(id);
    if (!fetch) throw new Error(`There is no background fetch "${id}".`);
    const seen: SeenRegistration[] = [];
    Object.assign(globalThis, { seenProgress: seen });
    fetch.addEventListener('progress', () => {
      const { downloaded, downloadTotal, result, failureReason, recordsAvailable } = fetch;
      seen.push({ id: fetch.id, downloaded, downloadTotal, result, failureReason, recordsAvailable });
    });
  }, id);
}

/** What the page has seen at each progress event since {@link watchProgress}. */
export async function progressOf(page: Page): Promise<SeenRegistration[]> {
  return page.evaluate(() => (globalThis as unknown as { seenProgress: SeenRegistration[] }).seenProgress);
}

/** The events that the service worker got so far, oldest first. */
export async function eventsOf(page: Page): Promise<SeenEvent[]> {
  const events = await page.evaluate(async () => {
    const cache = await caches.open('events');
    const responses = await Promise.all((await cache.keys()).map((request) => cache.match(request)));
    return Promise.all(responses.map((response) => response?.json() as Promise<unknown>));
  });
  return (events as SeenEvent[]).sort((one, other) => one.at - other.at);
}

/** The first event for `id`, as soon as the service worker has got one. */
export async function eventFor(page: Page, id: string, timeout = 60_000): Promise<SeenEvent> {
  return until(
    `the service worker got an event for "${id}"`,
    async () => (await eventsOf(page)).find((event) => event.id === id),
    timeout,
  );
}

/** What the site's cache "downloads" holds for a URL. */
export interface Download {
  /** Bytes. */
  size: number;
  sha256: string;
  status: number;
  /** Content-Type. */
  type: string | null;
}

/** What the site's cache "downloads" holds for `url`; null for nothing. */
export async function downloadOf(page: Page, url: string): Promise<Download | null> {
  return page.evaluate(async (url) => {
    const downloads = await caches.open('downloads');
    const response = await downloads.match(url);
    if (!response) return null;
    const body = await response.arrayBuffer();
    const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', body));
    return {
      size: body.byteLength,
      status: response.status,
      type: response.headers.get('content-type'),
      sha256: Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join(''),
    };
  }, url);
}
