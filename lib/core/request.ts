import type { RequestHead } from '../protocol/wire.ts';

/** What is stored of a Request, but for its body. `referrer` may be 'about:client'. */
export function toRequestHead(request: Request): RequestHead {
  const { url, method, headers, mode, credentials, cache, redirect, referrer, referrerPolicy, integrity } =
    request;
  return {
    url,
    method,
    headers: [...headers],
    // A navigation's request, asked for again by script, is a same-origin one: https://fetch.spec.whatwg.org/#dom-request
    mode: mode === 'cors' ? 'cors' : 'same-origin',
    credentials,
    cache,
    redirect,
    referrer,
    referrerPolicy,
    integrity,
  };
}

/** A new Request like the stored one. */
export function toRequest({ url, ...init }: RequestHead, body: Blob | null): Request {
  return new Request(url, { ...init, body });
}
