import type { HeaderList, RequestHead, ResponseHead } from '../protocol/wire.ts';

/** The parts of a response that come one after the other. */
export interface Uploaded {
  head: ResponseHead;
  /** Rejects with a TypeError where the line breaks. */
  body: Promise<Blob>;
}

/**
 * Whether {@link upload} makes this request just as `fetch()` would. XMLHttpRequest knows no other modes than these, and
 * who listens to its progress sends a preflight across origins: so it is for requests that need one anyway.
 */
export function canUpload(request: RequestHead): boolean {
  const { method, credentials, cache, redirect, integrity, referrer } = request;
  const sameOrigin = new URL(request.url).origin === location.origin;
  return (
    cache === 'default' &&
    redirect === 'follow' &&
    integrity === '' &&
    (sameOrigin ? credentials !== 'omit' : request.mode === 'cors' && method !== 'POST') &&
    (referrer === '' || URL.parse(referrer)?.origin === location.origin) &&
    // Of a document that is no HTML the referrer policy can't be set.
    document.head !== null
  );
}

/**
 * Makes a request with a body as the site, and tells how much of the body has gone out (`sent`, in bytes from the start):
 * `fetch()` does not. Resolves at the answer's head; rejects with a TypeError for a network error.
 */
export function upload(
  request: RequestHead,
  body: Blob,
  sent: (bytes: number) => void,
  signal: AbortSignal,
): Promise<Uploaded> {
  const head = Promise.withResolvers<Uploaded>();
  const whole = Promise.withResolvers<Blob>();
  // Whoever reads the body hears of a broken line; it may be that nobody does.
  void Promise.allSettled([whole.promise]);
  const xhr = new XMLHttpRequest();
  const fail = () => {
    const error = new TypeError('NetworkError: the request, or its answer, did not come through.');
    head.reject(error);
    whole.reject(error);
  };
  xhr.upload.addEventListener('progress', ({ loaded }) => sent(loaded));
  xhr.addEventListener('readystatechange', () => {
    // At an error the state goes on as well, without an answer.
    if (xhr.readyState === XMLHttpRequest.HEADERS_RECEIVED && xhr.status !== 0)
      head.resolve({ head: responseHead(xhr, request), body: whole.promise });
  });
  xhr.addEventListener('load', () => whole.resolve(xhr.response as Blob));
  xhr.addEventListener('error', fail);
  xhr.addEventListener('abort', fail);
  signal.addEventListener('abort', () => xhr.abort());
  xhr.open(request.method, request.url);
  xhr.responseType = 'blob';
  xhr.withCredentials = request.credentials === 'include';
  for (const [name, value] of request.headers) xhr.setRequestHeader(name, value);
  withReferrer(request, () => xhr.send(body));
  return head.promise;
}

/**
 * Runs `send`, which makes a request, with the referrer and the policy of this one: XMLHttpRequest takes both from the document,
 * at this moment. The document is a host frame's, so nobody else sees them.
 */
function withReferrer({ referrer, referrerPolicy }: RequestHead, send: () => void): void {
  const { href } = location;
  const meta = document.createElement('meta');
  meta.name = 'referrer';
  meta.content = referrer === '' ? 'no-referrer' : referrerPolicy || 'strict-origin-when-cross-origin';
  document.head.append(meta);
  history.replaceState(null, '', referrer || href);
  try {
    send();
  } finally {
    history.replaceState(null, '', href);
    meta.remove();
  }
}

function responseHead(xhr: XMLHttpRequest, request: RequestHead): ResponseHead {
  const url = xhr.responseURL;
  return {
    url,
    status: xhr.status,
    statusText: xhr.statusText,
    headers: headersOf(xhr),
    type: new URL(url).origin === location.origin ? 'basic' : 'cors',
    redirected: url !== request.url.replace(/#.*/s, ''),
  };
}

/** https://xhr.spec.whatwg.org/#the-getallresponseheaders()-method */
function headersOf(xhr: XMLHttpRequest): HeaderList {
  return xhr
    .getAllResponseHeaders()
    .split('\r\n')
    .filter((line) => line !== '')
    .map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1).trim()];
    });
}
