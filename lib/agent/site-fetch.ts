import { watchBody } from '../core/body-watch.ts';
import type { AgentCalls } from '../protocol/agent.ts';
import type { Answers } from '../protocol/calls.ts';
import { HOST_FRAME_PARAMETER } from '../protocol/host-frame.ts';
import { CallFailure } from '../protocol/rpc.ts';
import type { RequestHead, ResponseHead } from '../protocol/wire.ts';
import { readAhead } from './read-ahead.ts';
import { canUpload, upload } from './upload.ts';
import { UploadCount } from './upload-count.ts';

/** The next piece of a body, or null at its end. */
type Next = () => Promise<Blob | null>;

interface Stream {
  controller: AbortController;
  next: Next;
  count: UploadCount;
}

/**
 * Makes requests as the site: this script runs in a document of the site's origin, so that the browser itself enforces
 * CORS, mixed content, cookies and referrers, and only what it exposes is passed on.
 */
export function siteFetch(): Answers<Pick<AgentCalls, 'fetch' | 'uploaded' | 'read' | 'cancel'>> {
  const streams = new Map<number, Stream>();
  const end = (stream: number) => {
    streams.get(stream)?.controller.abort();
    streams.get(stream)?.count.end();
    streams.delete(stream);
  };
  return {
    async fetch({ stream, request, body }) {
      const entry: Stream = {
        controller: new AbortController(),
        next: async () => null,
        count: new UploadCount(),
      };
      streams.set(stream, entry);
      const { signal } = entry.controller;
      const marked = { ...request, url: markedUrl(request.url) };
      const watch = watchBody(marked, signal);
      try {
        const { head, next } =
          body && canUpload(marked)
            ? await sendUpload(marked, body, entry.count, signal)
            : await sendFetch(marked, body, signal);
        entry.count.end();
        if (next) entry.next = watch.whole(head, next);
        return head;
      } catch (error) {
        end(stream);
        throw error;
      }
    },
    uploaded: async ({ stream, known }) => streams.get(stream)?.count.above(known) ?? null,
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

interface Answer {
  head: ResponseHead;
  next: Next | null;
}

async function sendFetch(request: RequestHead, body: Blob | null, signal: AbortSignal): Promise<Answer> {
  const response = await networkErrors(fetch(request.url, { ...requestInit(request), body, signal }));
  if (response.type === 'opaqueredirect') {
    throw new CallFailure('TypeError', 'The server redirects, and the request does not follow.');
  }
  return { head: responseHead(response), next: response.body && readAhead(response.body) };
}

async function sendUpload(
  request: RequestHead,
  body: Blob,
  count: UploadCount,
  signal: AbortSignal,
): Promise<Answer> {
  const answer = await networkErrors(upload(request, body, (bytes) => count.set(bytes), signal));
  let rest: Promise<Blob> | null = answer.body;
  return {
    head: answer.head,
    async next() {
      const piece = await rest;
      rest = null;
      return piece && piece.size > 0 ? piece : null;
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
