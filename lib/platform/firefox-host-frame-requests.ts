/**
 * What host frames request of other servers than their site's, hop by hop, before it is sent.
 * - No hop goes where the site may not fetch. The browser follows redirects by itself, and the policy of the page that
 *   asked is not the host frame's.
 * - No cookies go to other sites. Firefox partitions them by the top document, which for a host frame is ours, and so
 *   would send those that the other site has as a first party.
 */
import browser, { type WebRequest } from 'webextension-polyfill';
import { type Fetcher, refusal } from '../policy/refusal.ts';
import { HOST_FRAME_PARAMETER } from '../protocol/host-frame.ts';
import { STORAGE_ACCESS } from './session-rules.ts';

/** Requests in no tab, as a host frame's are. */
const FILTER: WebRequest.RequestFilter = {
  urls: ['http://*/*', 'https://*/*'],
  types: ['xmlhttprequest'],
  tabId: -1,
};

/** Who fetches in the host frames that there are, by their tokens. */
const hostFrames = new Map<string, Fetcher>();
/** Ids of requests that have begun: what comes under the same id is a redirect. */
const begun = new Set<string>();
/** Ids of requests whose last hop went to another site. */
const crossSite = new Set<string>();

/** The listeners would wake the event page for what service workers request: so they are there with host frames only. */
export function watchHostFrame(token: string, fetcher: Fetcher): void {
  hostFrames.set(token, fetcher);
  if (hostFrames.size > 1) return;
  browser.webRequest.onBeforeRequest.addListener(unlessRefused, FILTER, ['blocking']);
  browser.webRequest.onBeforeSendHeaders.addListener(withoutCookie, FILTER, ['blocking', 'requestHeaders']);
  browser.webRequest.onHeadersReceived.addListener(withoutSetCookie, FILTER, ['blocking', 'responseHeaders']);
}

export function forgetHostFrame(token: string): void {
  if (!hostFrames.delete(token) || hostFrames.size > 0) return;
  browser.webRequest.onBeforeRequest.removeListener(unlessRefused);
  browser.webRequest.onBeforeSendHeaders.removeListener(withoutCookie);
  browser.webRequest.onHeadersReceived.removeListener(withoutSetCookie);
  begun.clear();
  crossSite.clear();
}

function fetcherOf({ documentUrl }: { documentUrl?: string | undefined }): Fetcher | undefined {
  const token = URL.parse(documentUrl ?? '')?.searchParams.get(HOST_FRAME_PARAMETER);
  return token ? hostFrames.get(token) : undefined;
}

function unlessRefused(details: WebRequest.OnBeforeRequestDetailsType): WebRequest.BlockingResponse {
  const fetcher = fetcherOf(details);
  if (!fetcher) return {};
  const { requestId, method, url } = details;
  // The preflight of a redirect has an id of its own.
  const redirected = begun.has(requestId) || method === 'OPTIONS';
  begun.add(requestId);
  const why = refusal(fetcher, new URL(url), redirected);
  if (why === null) return {};
  console.warn(`Backfetch: a request of ${fetcher.origin} was stopped on its way. ${why}`);
  return { cancel: true };
}

function withoutCookie(details: WebRequest.OnBeforeSendHeadersDetailsType): WebRequest.BlockingResponse {
  const { requestId, requestHeaders = [] } = details;
  crossSite.delete(requestId);
  if (!fetcherOf(details)) return {};
  const headers = without(STORAGE_ACCESS, requestHeaders);
  if (isSameSite(headers)) return { requestHeaders: headers };
  crossSite.add(requestId);
  return { requestHeaders: without('cookie', headers) };
}

function withoutSetCookie(details: WebRequest.OnHeadersReceivedDetailsType): WebRequest.BlockingResponse {
  const { requestId, responseHeaders = [] } = details;
  return crossSite.has(requestId) ? { responseHeaders: without('set-cookie', responseHeaders) } : {};
}

/** As the browser says, over all redirects: https://w3c.github.io/webappsec-fetch-metadata/#sec-fetch-site-header */
function isSameSite(headers: WebRequest.HttpHeaders): boolean {
  const site = headers.find(({ name }) => name.toLowerCase() === 'sec-fetch-site')?.value;
  return site === 'same-origin' || site === 'same-site';
}

function without(unwanted: string, headers: WebRequest.HttpHeaders): WebRequest.HttpHeaders {
  return headers.filter(({ name }) => name.toLowerCase() !== unwanted);
}
