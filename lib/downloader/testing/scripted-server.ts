import { getHeader } from '../../core/headers.ts';
import type { HeaderList, RequestHead, ResponseHead } from '../../protocol/wire.ts';
import { Bandwidth } from '../bandwidth.ts';
import type { Surroundings } from '../job.ts';
import type { Outgoing, Received } from '../received.ts';
import { Slots } from '../slots.ts';

/** A request as the server saw it. */
export interface SeenRequest {
  /** Made with the extension's privileges, or as the site. */
  by: 'extension' | 'site';
  head: RequestHead;
  /** Value of Range, or null. */
  range: string | null;
}

/** What the server does with a request. */
export interface Reply {
  status?: number;
  headers?: HeaderList;
  type?: ResponseHead['type'];
  body?: string;
  /** So many bytes come at a time. */
  chunk?: number;
  /** The line breaks after so many bytes of the body. */
  dropAfter?: number;
  /** After the body the line stays open, silent, until the request is stopped. */
  stall?: boolean;
}

/** A reply, or: no line, no answer ever, a redirect, an error of our own. */
export type Script = (
  request: SeenRequest,
  count: number,
) => Reply | 'network error' | 'silence' | 'redirect' | Error;

/** Far more requests than any test needs: one that gets here goes round in circles. */
const MAX_REQUESTS = 500;

/** Surroundings in which a script answers every request. */
export function scriptedSurroundings(
  script: Script,
  { segmentBytes = Number.POSITIVE_INFINITY, slots = new Slots({ total: 6, perOrigin: 4 }) } = {},
) {
  const requests: SeenRequest[] = [];
  let open = 0;

  async function send(by: SeenRequest['by'], outgoing: Outgoing): Promise<Received | 'redirected'> {
    const { request, signal } = outgoing;
    signal.throwIfAborted();
    const seen = { by, head: request, range: getHeader(request.headers, 'range') };
    requests.push(seen);
    if (requests.length > MAX_REQUESTS) throw new Error('The downloader goes round in circles.');
    const reply = script(seen, requests.length);
    if (reply instanceof Error) throw reply;
    if (reply === 'network error') throw new TypeError('NetworkError');
    if (reply === 'silence') return aborted(signal);
    if (reply === 'redirect') return 'redirected';
    open += 1;
    return receive(request, reply, signal);
  }

  function receive(request: RequestHead, reply: Reply, signal: AbortSignal): Received {
    const {
      status = 200,
      headers = [],
      type = 'basic',
      body = '',
      chunk: atOnce = 7,
      dropAfter,
      stall,
    } = reply;
    const bytes = new TextEncoder().encode(body);
    let position = 0;
    let isOpen = true;
    const close = () => {
      if (isOpen) open -= 1;
      isOpen = false;
    };
    return {
      head: { url: request.url, status, statusText: '', headers, type, redirected: false },
      cancel: close,
      async read() {
        try {
          signal.throwIfAborted();
          const end = Math.min(position + atOnce, dropAfter ?? bytes.length, bytes.length);
          const chunk = bytes.slice(position, end);
          position = end;
          if (chunk.length > 0) return chunk;
          if (stall) await aborted(signal);
          if (dropAfter !== undefined) throw new TypeError('The line broke.');
        } catch (error) {
          close();
          throw error;
        }
        close();
        return null;
      },
    };
  }

  const surroundings: Surroundings = {
    slots,
    bandwidth: new Bandwidth(),
    segmentBytes,
    // There are no files here: what is as long as this is never read again.
    openFile: () => ({
      name: 'file',
      append: async (bytes) => (bytes instanceof Blob ? null : bytes.buffer),
      close: async () => {},
    }),
    sameOriginRequest: (outgoing) => send('extension', outgoing),
    async siteRequest(_, outgoing) {
      const received = await send('site', outgoing);
      if (received === 'redirected') throw new Error('The browser follows redirects of the site itself.');
      return received;
    },
  };
  return {
    surroundings,
    requests,
    /** Responses neither read to their end nor cancelled. */
    openResponses: () => open,
  };
}

/** Rejects with the signal's reason when it is aborted. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

/** A server as RFC 9110 wants it: byte ranges and If-Range. */
export function serve(
  body: string,
  { etag = '"1"', headers = [] as HeaderList } = {},
): (request: SeenRequest) => Reply {
  return ({ range, head }) => {
    const own: HeaderList = [['ETag', etag], ['Accept-Ranges', 'bytes'], ...headers];
    const condition = getHeader(head.headers, 'if-range');
    const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(range ?? '') ?? [];
    if (first === undefined || (condition !== null && condition !== etag)) {
      return { headers: [...own, ['Content-Length', String(body.length)]], body };
    }
    const start = Number(first);
    const end = last ? Math.min(Number(last) + 1, body.length) : body.length;
    if (start >= body.length) return { status: 416, headers: [['Content-Range', `bytes */${body.length}`]] };
    return {
      status: 206,
      headers: [...own, ['Content-Range', `bytes ${start}-${end - 1}/${body.length}`]],
      body: body.slice(start, end),
    };
  };
}
