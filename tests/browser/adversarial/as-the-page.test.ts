/**
 * What servers see of a background fetch's requests is what they see of the page's own: the page makes each request
 * once with `fetch()` and once as a background fetch, and the headers by which servers tell friend from foe are compared.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Page } from 'puppeteer-core';
import { expect, test } from 'vitest';
import { makeAuthority } from '../../support/certificates.ts';
import type { LoggedRequest } from '../../support/request-log.ts';
import { SECURE_HOSTS } from '../../support/server.ts';
import { eventFor, openSite, ownFetch, type PageRequest, startRequests } from '../../support/site-page.ts';
import { useBrowser } from '../../support/use-browser.ts';

const { browser, server } = await useBrowser({ authority: await makeAuthority(SECURE_HOSTS) });

type OwnRequest = PageRequest & { body?: string };

const TELLING = [
  'access-control-request-headers',
  'access-control-request-method',
  'cookie',
  'origin',
  'referer',
  'sec-fetch-dest',
  'sec-fetch-mode',
  'sec-fetch-site',
];

/** Visits the origin as the person would, and gets cookies of every kind. */
async function getCookies(origin: string): Promise<void> {
  const page = await browser.newPage();
  server.intercept(({ url, response }) => {
    if (url.pathname !== '/visit') return false;
    const kinds = ['Strict', 'Lax', ...(url.protocol === 'https:' ? ['None; Secure'] : [])];
    const cookies = kinds.map((kind) => `${kind.slice(0, 4)}=1; Path=/; SameSite=${kind}`);
    response.writeHead(200, { 'set-cookie': cookies, 'content-type': 'text/html' }).end();
    return true;
  });
  await page.goto(`${origin}/visit`);
  await page.close();
}

type Seen = [method: string, headers: IncomingHttpHeaders];

/** A request's telling headers. */
function telling({ method, headers }: LoggedRequest): Seen {
  return [
    method,
    Object.fromEntries(TELLING.flatMap((name) => (headers[name] ? [[name, headers[name]]] : []))),
  ];
}

/** Of every request to `path` with this `by`, preflights too, in order. */
function seen(path: string, by: string): Seen[] {
  return server.log
    .for(path)
    .filter((request) => new URL(request.url).searchParams.get('by') === by)
    .map(telling);
}

/**
 * Whether a page's request carries the cookies of another site hangs on the browser's settings, which we can't see: ours
 * never does.
 */
function withoutThirdPartyCookies(requests: Seen[]): Seen[] {
  return requests.map(([method, headers]) => {
    const { cookie: _, ...others } = headers;
    return [method, headers['sec-fetch-site'] === 'cross-site' ? others : headers];
  });
}

async function compare(page: Page, { url, ...init }: OwnRequest, id = 'compared'): Promise<void> {
  const by = (name: string) => {
    const made = new URL(url);
    made.searchParams.set('by', name);
    return made.href;
  };
  const got = await ownFetch(page, { url: by('page'), ...init });
  await startRequests(page, id, [{ url: by('us'), ...init }]);
  const event = await eventFor(page, id);
  const { pathname } = new URL(url);
  expect(event.result).toBe(got === null ? 'failure' : 'success');
  expect(seen(pathname, 'page')).not.toEqual([]);
  const own = withoutThirdPartyCookies(seen(pathname, 'page'));
  // It is about other sites' cookies, too: nothing is said of them.
  const ours = server.log.for(pathname).filter(({ url }) => url.includes('by=us'));
  expect(ours.flatMap(({ headers }) => headers['sec-fetch-storage-access'] ?? [])).toEqual([]);
  // A network error is tried again; a page would have to do that itself.
  expect(seen(pathname, 'us').slice(0, own.length)).toEqual(own);
}

const REQUESTS: [name: string, init: Omit<OwnRequest, 'url'>][] = [
  ['GET', {}],
  ['GET without cookies', { credentials: 'omit' }],
  ['GET with cookies', { credentials: 'include' }],
  ['GET without referrer', { referrerPolicy: 'no-referrer' }],
  ['GET with the whole referrer', { referrerPolicy: 'unsafe-url' }],
  ['GET with the origin as referrer', { referrerPolicy: 'origin' }],
  ['GET with another referrer', { referrer: '/another/page' }],
  ['GET with a header', { headers: { 'x-custom': '1' } }],
  ['POST', { method: 'POST', body: 'body' }],
  ['PUT', { method: 'PUT', body: 'body' }],
  [
    'PUT with another referrer, whole',
    { method: 'PUT', body: 'body', referrer: '/another/page', referrerPolicy: 'unsafe-url' },
  ],
];

const PLACES = {
  'the own origin': (own: string, _other: string) => own,
  'another site': (_own: string, other: string) => other,
};

for (const scheme of ['http', 'https']) {
  const freshOrigin = scheme === 'http' ? server.freshOrigin : server.freshSecureOrigin;
  for (const [place, pick] of Object.entries(PLACES)) {
    const origin = freshOrigin();
    const target = pick(origin, freshOrigin());
    let visited: Promise<void> | undefined;
    const visit = async () => {
      await getCookies(origin);
      await getCookies(target);
    };
    test.each(REQUESTS)(`${scheme}, to ${place}: %s`, async (name, init) => {
      visited ??= visit();
      await visited;
      const page = await openSite(browser, origin);
      // A URL of its own: browsers remember preflights for some seconds.
      const url = `${target}/bytes/${encodeURIComponent(name)}?size=10&cors=origin&cred`;
      await compare(page, { url, ...init }, name);
    });
  }
}

test('to the own origin: GET in the mode same-origin', async () => {
  const origin = server.freshSecureOrigin();
  const page = await openSite(browser, origin);
  await compare(page, { url: `${origin}/bytes/data?size=10`, mode: 'same-origin' });
});

test.each(REQUESTS.filter(([name]) => ['GET', 'GET with cookies', 'POST'].includes(name)))(
  'http, to another host of the site: %s',
  async (_, init) => {
    const origin = server.freshOrigin();
    const target = origin.replace('://', '://other.');
    await getCookies(target);
    const page = await openSite(browser, origin);
    await compare(page, { url: `${target}/bytes/data?size=10&cors=origin&cred`, ...init });
  },
);

const WITH_COOKIES = { method: 'POST', body: 'body', credentials: 'include' } as const;

test.each<[name: string, query: string, init: Omit<OwnRequest, 'url'>]>([
  ['whose server refuses the preflight', 'cors=origin&preflight=no', { method: 'PUT', body: 'body' }],
  ['with cookies, where any origin may read', 'cors=*&cred', WITH_COOKIES],
  ['with cookies, where that is not allowed', 'cors=origin', WITH_COOKIES],
])('a request fails %s', async (_, query, init) => {
  const page = await openSite(browser, server.freshSecureOrigin());
  await compare(page, { url: `${server.freshSecureOrigin()}/bytes/refused?size=10&${query}`, ...init });
  expect((await eventFor(page, 'compared')).failureReason).toBe('fetch-error');
});

test('after a redirect from one other origin to the next, Origin is null', async () => {
  const page = await openSite(browser, server.freshSecureOrigin());
  const last = `${server.freshSecureOrigin()}/bytes/last?size=10&cors=*`;
  const url = `${server.freshSecureOrigin()}/bytes/first?cors=*&redirect=${encodeURIComponent(last)}`;
  await compare(page, { url });
  const [own, ours] = withoutThirdPartyCookies(server.log.for('/bytes/last').map(telling));
  expect(own?.[1].origin).toBe('null');
  expect(ours).toEqual(own);
});

test('a redirect by a server that does not let the site read leads nowhere', async () => {
  const page = await openSite(browser, server.freshSecureOrigin());
  const last = `${server.freshSecureOrigin()}/bytes/last?size=10&cors=*`;
  const silent = `${server.freshSecureOrigin()}/bytes/silent?cors=none&redirect=${encodeURIComponent(last)}`;
  const url = `${server.freshSecureOrigin()}/bytes/first?cors=*&redirect=${encodeURIComponent(silent)}`;
  await compare(page, { url });
  expect(server.log.for('/bytes/silent')).not.toEqual([]);
  expect(server.log.for('/bytes/last')).toEqual([]);
});
