import { watchBody } from '../core/body-watch.ts';
import type { AgentCalls } from '../protocol/agent.ts';
import type { Answers } from '../protocol/calls.ts';
import { HOST_FRAME_PARAMETER } from '../protocol/host-frame.ts';
import { CallFailure } from '../protocol/rpc.ts';
import type { RequestHead, ResponseHead } from '../protocol/wire.ts';
import { readAhead } from './read-ahead.ts';

interface Stream {
  controller: AbortController;
  /** Resolves with the body's next piece, or with null at its end. */
  next(): Promise<Blob | null>;
}

/**
 * Makes requests as the site: this script runs in a document of the site's origin, so that the browser itself enforces
 * CORS, mixed content, cookies and referrers, and only what it exposes is passed on.
 */
export function siteFetch(): Answers<Pick<AgentCalls, 'fetch' | 'read' | 'cancel'>> {
  const streams = new Map<number, Stream>();
  const end = (stream: number) => {
    streams.get(stream)?.controller.abort();
    streams.delete(stream);
  };
  return {
    async fetch({ stream, request, body }) {
      const controller = new AbortController();
      const entry: Stream = { controller, next: async () => null };
      streams.set(stream, entry);
      const init = { ...requestInit(request), body, signal: controller.signal };
      const url = markedUrl(request.url);
      const watch = watchBody({ ...request, url }, controller.signal);
      try {
        const response = await networkErrors(fetch(url, init));
        if (response.type === 'opaqueredirect') {
          throw new CallFailure('TypeError', 'The server redirects, and the request does not follow.');
        }
        const head = responseHead(response);
        if (response.body) entry.next = watch.whole(head, readAhead(response.body));
        return head;
      } catch (error) {
        end(stream);
        throw error;
      }
    },
    async read({ stream }) {
      const entry = streams.get(stream);
      if (!entry) return null;
      try {
        const piece = await networkErrors(entry.next());
        if (!piece) end(stream);
        return piece;
      } catch (error) {
        end(stream);
        throw error;
      }
    },
    async cancel({ stream }) {
      end(stream);
      return undefined;
    },
  };
}

/** With a fragment by which our shim knows it among what the site's service worker is asked; it goes nowhere else. */
function markedUrl(url: string): string {
  const marked = new URL(url);
  marked.hash = HOST_FRAME_PARAMETER;
  return marked.href;
}

function requestInit(request: RequestHead): RequestInit {
  const { url: _, referrer, ...init } = request;
  // The Fetch standard takes only a referrer of the document's own origin here, and a page could not name another either.
  const own = referrer !== '' && URL.canParse(referrer) && new URL(referrer).origin === location.origin;
  return { ...init, referrer: own || referrer === '' ? referrer : 'about:client' };
}

function responseHead(response: Response): ResponseHead {
  const { url, status, statusText, headers, type, redirected } = response;
  return {
    url,
    status,
    statusText,
    headers: [...headers],
    type: type === 'cors' ? 'cors' : 'basic',
    redirected,
  };
}

/** Tells the browser's TypeErrors as such across the channel. In Firefox they are the site's realm's: no `instanceof`. */
async function networkErrors<Value>(promise: Promise<Value>): Promise<Value> {
  try {
    return await promise;
  } catch (error) {
    throw new CallFailure('TypeError', String(error));
  }
}
