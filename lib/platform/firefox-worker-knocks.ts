import type { Browser, WebRequest } from 'webextension-polyfill';
import type { DownloaderCommands } from '../protocol/commands.ts';
import { KNOCK_PATH, TOKEN_LENGTH } from '../protocol/worker-knock.ts';

type Knock = DownloaderCommands['knock']['argument'];

/**
 * Hears service workers that ask for a way to the background: see lib/protocol/worker-knock.ts. Call it while the event
 * page starts, so that a request wakes it. No such request leaves the browser. `hear` resolves with whether the worker
 * gets a port.
 */
export function hearWorkers(browser: Browser, hear: (knock: Knock) => Promise<boolean>): void {
  browser.webRequest.onBeforeRequest.addListener(
    async (details) => {
      const knock = knockOf(details);
      return knock && (await hear(knock)) ? { redirectUrl: 'data:,' } : { cancel: true };
    },
    // Workers' requests have no tab.
    { urls: [`*://*${KNOCK_PATH}`], types: ['xmlhttprequest'], tabId: -1 },
    ['blocking', 'requestBody'],
  );
}

/** Null for what is no knock of a worker that background fetches can belong to. */
function knockOf({
  url,
  method,
  originUrl,
  requestBody,
  incognito,
  cookieStoreId,
}: WebRequest.OnBeforeRequestDetailsType): Knock | null {
  const { origin } = new URL(url);
  const ownIdentity = !incognito && (cookieStoreId === undefined || cookieStoreId === 'firefox-default');
  if (!ownIdentity || method !== 'POST' || !originUrl || URL.parse(originUrl)?.origin !== origin) return null;
  const bytes: unknown = requestBody?.raw?.[0]?.bytes;
  if (!(bytes instanceof ArrayBuffer) || bytes.byteLength !== TOKEN_LENGTH) return null;
  return { origin, scriptURL: originUrl, token: new TextDecoder().decode(bytes) };
}
