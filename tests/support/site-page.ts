/** What tests do on a page of the test site (`tests/site/public/plain` and its variants). */
import type { Frame, Page } from 'puppeteer-core';
import type { BrowserUnderTest } from './browser.ts';
import { until } from './until.ts';

/** The variants, each a page with a service worker that keeps downloads in the cache "downloads". */
export type Variant = 'plain' | 'module' | 'import' | 'strict' | 'csp' | 'nosy';

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
  uploadTotal: number;
  uploaded: number;
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
    fetch(id: string, requests: (string | Request)[], options: object): Promise<PageRegistration>;
    get(id: string): Promise<PageRegistration | undefined>;
    getIds(): Promise<string[]>;
  };
}

/** What the page's own script offers tests: `tests/site/public/plain/page.js`. */
interface PageGlobals {
  seen(registration: PageRegistration): SeenRegistration;
  seenProgress: SeenRegistration[];
}

/** Opens a page of the test site and waits until its service worker is active. */
export async function openSite(
  browser: BrowserUnderTest,
  origin: string,
  variant: Variant = 'plain',
): Promise<Page> {
  return openPage(browser, `${origin}/${variant}/`);
}

/** Opens a page that loads `/plain/page.js`, and waits until its service worker is active. */
export async function openPage(browser: BrowserUnderTest, url: string): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(url);
  await untilReady(page);
  return page;
}

/** Resolves when the service worker of the page, or of a frame, is active. */
export async function untilReady(page: Page | Frame): Promise<void> {
  // Polled: a page in the background gets no animation frames.
  await page.waitForFunction(() => document.documentElement.dataset.ready === 'true', { polling: 50 });
}

/** `registration.backgroundFetch.fetch(id, urls, options)`. Rejects with "name: message" of what it throws. */
export async function startFetch(
  page: Page | Frame,
  id: string,
  urls: string | string[],
  options: object = {},
): Promise<SeenRegistration> {
  return page.evaluate(
    async (id, urls, options) => {
      const registration = (await navigator.serviceWorker.ready) as unknown as PageServiceWorkerRegistration;
      const fetch = await registration.backgroundFetch.fetch(id, urls, options);
      return (globalThis as unknown as PageGlobals).seen(fetch);
    },
    id,
    [urls].flat(),
    options,
  );
}

/** A request as tests describe it; the page makes a Request of it. */
export interface PageRequest extends Omit<RequestInit, 'headers' | 'body'> {
  url: string;
  headers?: Record<string, string>;
  body?: PageBody;
}

/** A body: a string, a Blob with the bytes at `blob` (a URL that the page fetches), or a FormData. */
export type PageBody = string | { blob: string; type?: string } | { form: PageFormEntry[] };

/** A field with a value, or a file with the bytes at `blob`. */
export type PageFormEntry =
  | { name: string; value: string }
  | { name: string; fileName: string; type: string; blob: string };

/** {@link startFetch} with Requests. */
export async function startRequests(
  page: Page,
  id: string,
  requests: PageRequest[],
  options: object = {},
): Promise<SeenRegistration> {
  return page.evaluate(
    async (id, requests, options) => {
      const blobOf = async (url: string, type = '') => {
        const response = await fetch(url);
        return new Blob([await response.arrayBuffer()], { type });
      };
      const bodyOf = async (body: PageBody) => {
        if (typeof body === 'string') return body;
        if ('blob' in body) return blobOf(body.blob, body.type);
        const form = new FormData();
        for (const entry of body.form) {
          if ('value' in entry) form.append(entry.name, entry.value);
          else form.append(entry.name, await blobOf(entry.blob, entry.type), entry.fileName);
        }
        return form;
      };
      const made: Request[] = [];
      for (const { url, body, ...init } of requests)
        made.push(new Request(url, { ...init, body: body === undefined ? null : await bodyOf(body) }));
      const registration = (await navigator.serviceWorker.ready) as unknown as PageServiceWorkerRegistration;
      return (globalThis as unknown as PageGlobals).seen(
        await registration.backgroundFetch.fetch(id, made, options),
      );
    },
    id,
    requests,
    options,
  );
}

/** The page's own `fetch()`: what it could get itself. The text, or null for a network error. */
export async function ownFetch(
  page: Page,
  { url, ...init }: PageRequest & { body?: string },
): Promise<string | null> {
  return page.evaluate(
    async (url, init) => {
      try {
        return await (await fetch(url, init)).text();
      } catch (error) {
        if (error instanceof TypeError) return null;
        throw error;
      }
    },
    url,
    init,
  );
}

/** `registration.backgroundFetch.get(id)`; null for undefined. */
export async function getFetch(page: Page, id: string): Promise<SeenRegistration | null> {
  return page.evaluate(async (id) => {
    const registration = (await navigator.serviceWorker.ready) as unknown as PageServiceWorkerRegistration;
    const fetch = await registration.backgroundFetch.get(id);
    if (!fetch) return null;
    return (globalThis as unknown as PageGlobals).seen(fetch);
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
export async function idsOf(page: Page | Frame): Promise<string[]> {
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
    const page = globalThis as unknown as PageGlobals;
    page.seenProgress = [];
    fetch.addEventListener('progress', () => page.seenProgress.push(page.seen(fetch)));
  }, id);
}

/** What the page has seen at each progress event since {@link watchProgress}. */
export async function progressOf(page: Page): Promise<SeenRegistration[]> {
  return page.evaluate(() => (globalThis as unknown as PageGlobals).seenProgress);
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

/** Deletes `url` from the site's cache "downloads". */
export async function forgetDownload(page: Page, url: string): Promise<void> {
  await page.evaluate(async (url) => {
    const downloads = await caches.open('downloads');
    await downloads.delete(url);
  }, url);
}
