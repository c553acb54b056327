/**
 * Keeps cookies from what host frames request of other sites. Firefox partitions them by the top document, which for a
 * host frame is ours, and so would send those that the other site has as a first party.
 */
import browser, { type WebRequest } from 'webextension-polyfill';
import { HOST_FRAME_PARAMETER } from '../protocol/host-frame.ts';

/** Requests in no tab, as a host frame's are. */
const FILTER: WebRequest.RequestFilter = {
  urls: ['http://*/*', 'https://*/*'],
  types: ['xmlhttprequest'],
  tabId: -1,
};

/** The tokens of the host frames that there are. */
const hostFrames = new Set<string>();
/** Ids of requests whose last hop went to another site. */
const crossSite = new Set<string>();

/** The listeners would wake the event page for what service workers request: so they are there with host frames only. */
export function blockThirdPartyCookies(token: string): void {
  hostFrames.add(token);
  if (hostFrames.size > 1) return;
  browser.webRequest.onBeforeSendHeaders.addListener(withoutCookie, FILTER, ['blocking', 'requestHeaders']);
  browser.webRequest.onHeadersReceived.addListener(withoutSetCookie, FILTER, ['blocking', 'responseHeaders']);
}

export function allowThirdPartyCookies(token: string): void {
  if (!hostFrames.delete(token) || hostFrames.size > 0) return;
  browser.webRequest.onBeforeSendHeaders.removeListener(withoutCookie);
  browser.webRequest.onHeadersReceived.removeListener(withoutSetCookie);
  crossSite.clear();
}

function withoutCookie(details: WebRequest.OnBeforeSendHeadersDetailsType): WebRequest.BlockingResponse {
  const { requestId, documentUrl, requestHeaders = [] } = details;
  const token = URL.parse(documentUrl ?? '')?.searchParams.get(HOST_FRAME_PARAMETER);
  if (!token || !hostFrames.has(token) || isSameSite(requestHeaders)) {
    crossSite.delete(requestId);
    return {};
  }
  crossSite.add(requestId);
  return { requestHeaders: without('cookie', requestHeaders) };
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
