import { watchBody } from '../core/body-watch.ts';
import type { PageHeaders } from './page-headers.ts';
import type { Outgoing, Received } from './received.ts';
import { giveRoom, takeRoom } from './rooms.ts';

/**
 * Makes a GET request to the site's own origin with the extension's privileges: it passes by the site's service worker,
 * as the specification wants. Such a request reads any answer and carries the person's cookies, so it must stay with the
 * site on every hop: redirects are not followed but told as `redirected`, and the caller makes the request again as the site.
 *
 * Rejects with a TypeError for a network error, with an AbortError when `signal` is aborted.
 */
export function sameOriginRequest(
  headers: PageHeaders,
  outgoing: Outgoing,
): Promise<Received | 'redirected'> {
  return headers.use(outgoing.request, (fragment) => send(outgoing, fragment));
}

async function send(outgoing: Outgoing, fragment: string): Promise<Received | 'redirected'> {
  const { request, signal } = outgoing;
  const marked = new URL(request.url);
  marked.hash = fragment;
  const url = marked.href;
  const watch = watchBody({ ...request, url }, signal);
  try {
    const response = await fetch(url, {
      method: request.method,
      headers: request.headers,
      // Seen from the extension the site is another origin, so "same-origin" means "include" here.
      credentials: request.credentials === 'omit' ? 'omit' : 'include',
      cache: request.cache,
      redirect: 'manual',
      signal,
    });
    const reader = response.body?.getReader({ mode: 'byob' });
    const cancel = () => {
      watch.stop();
      reader
        ?.cancel()
        .catch((error: unknown) => console.debug('Backfetch: the response had ended already.', error));
    };
    // The browser, or another extension, may redirect inside, too: nothing of another origin's answer is looked at.
    if (response.type === 'opaqueredirect' || new URL(response.url).origin !== marked.origin) {
      cancel();
      return 'redirected';
    }
    const head = responseHead(response);
    return { head, read: watch.whole(head, async () => (reader ? readInto(reader) : null)), cancel };
  } catch (error) {
    watch.stop();
    throw error;
  }
}

/** The next bytes, in memory that has been used before; null at the end. */
async function readInto(reader: ReadableStreamBYOBReader): Promise<Uint8Array<ArrayBuffer> | null> {
  const { value, done } = await reader.read(new Uint8Array(takeRoom()));
  if (!done) return value;
  if (value) giveRoom(value.buffer);
  return null;
}

function responseHead({ url, status, statusText, headers }: Response): Received['head'] {
  return { url, status, statusText, headers: [...headers], type: 'basic', redirected: false };
}
