import type { Browser, WebRequest } from 'webextension-polyfill';
import { findInsertion, prefixFor } from '../worker/write-ahead.ts';

/**
 * Writes our shim ahead of every site's service-worker script. Call it while the event page starts, so that a request
 * wakes it. Where anything goes wrong the site's script passes as it is.
 */
export function extendServiceWorkerScripts(browser: Browser): void {
  let shim: Promise<string> | undefined;
  const loadShim = () => {
    shim ??= fetch(browser.runtime.getURL('/service-worker-shim.js')).then((response) => response.text());
    return shim;
  };
  browser.webRequest.onBeforeSendHeaders.addListener(
    ({ requestId, requestHeaders }) => {
      // Not by `Service-Worker: script`: on update checks the imported scripts carry that too.
      if (!requestHeaders?.some(isServiceWorkerDestination)) return;
      extend(browser.webRequest.filterResponseData(requestId), loadShim());
    },
    // Service workers' requests have no tab; without the -1 every script of every page would wake us.
    { urls: ['http://*/*', 'https://*/*'], types: ['script'], tabId: -1 },
    ['blocking', 'requestHeaders'],
  );
}

function isServiceWorkerDestination({ name, value }: WebRequest.HttpHeadersItemType): boolean {
  return name.toLowerCase() === 'sec-fetch-dest' && value === 'serviceworker';
}

/**
 * Status and type of the answer are not looked at: one that is not ok or no JavaScript makes the browser refuse the
 * worker with or without us.
 */
function extend(filter: WebRequest.StreamFilter, shim: Promise<string>): void {
  let head = new Uint8Array();
  let complete = false;
  let found = false;

  /** Writes what has come so far and leaves the rest to the browser. */
  const pass = () => {
    filter.write(head.buffer);
    filter.disconnect();
  };
  const tryToWrite = () => {
    const insertion = found ? null : findInsertion(head, complete);
    if (!insertion) return;
    found = true;
    const { offset, strict } = insertion;
    shim
      .then((text) => {
        filter.write(head.slice(0, offset).buffer);
        filter.write(new TextEncoder().encode(prefixFor(text, strict)).buffer);
        head = head.slice(offset);
      })
      .catch((error) => console.error('Backfetch: a service-worker script could not be extended.', error))
      .then(pass);
  };
  filter.ondata = ({ data }) => {
    // While the shim loads more may come; it waits with the rest.
    head = concatenate(head, new Uint8Array(data));
    tryToWrite();
  };
  filter.onstop = () => {
    complete = true;
    tryToWrite();
  };
}

function concatenate(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(first.length + second.length);
  whole.set(first);
  whole.set(second, first.length);
  return whole;
}
