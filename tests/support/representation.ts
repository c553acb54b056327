/** Answering for one body: ranges and validators as HTTP has them, and every fault a query can ask for. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';

/** A body of known size, any part of which can be had. */
export interface Representation {
  /** Bytes. */
  size: number;
  type: string;
  /** With its quotation marks. */
  etag: string;
  slice(start: number, end: number): Buffer;
}

/** Goes along with the sending of a body. */
export interface Pacer {
  /** How far (exclusive) a body of `size` bytes may go on from `position`; waits while it may not. */
  pass(position: number, size: number): Promise<number>;
  /** These many more bytes are on their way. */
  sent(count: number): void;
}

const CHUNK = 512 * 1024;
const TICK = 50;

/**
 * How often each URL has had a fault or a change of version; kept by the server, so that a fault can be asked for
 * "only the first so many times".
 */
export class Tally {
  readonly #counts = new Map<string, number>();

  /** Whether this is among the first `limit` times (without a limit: always) that `what` happens. */
  take(what: string, limit: string | null): boolean {
    const count = this.#counts.get(what) ?? 0;
    if (limit !== null && count >= Number(limit)) return false;
    this.#counts.set(what, count + 1);
    return true;
  }

  count(what: string): number {
    return this.#counts.get(what) ?? 0;
  }

  clear(): void {
    this.#counts.clear();
  }
}

/** `bytes=a-b`, `bytes=a-`, `bytes=-n` within `size`, end exclusive. Anything else is not understood, which is allowed. */
export function parseRange(
  header: string | undefined,
  size: number,
): { start: number; end: number } | 'unsatisfiable' | null {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (first === undefined || last === undefined || first + last === '') return null;
  if (first === '') {
    return Number(last) === 0 ? 'unsatisfiable' : { start: Math.max(0, size - Number(last)), end: size };
  }
  const start = Number(first);
  const end = last === '' ? size : Math.min(size, Number(last) + 1);
  if (last !== '' && Number(last) < start) return null;
  return start >= size ? 'unsatisfiable' : { start, end };
}

/**
 * Sends the CORS headers that `cors` and `cred` ask for, and answers a preflight.
 * @returns whether the request was answered.
 */
export function answerCors(
  request: IncomingMessage,
  response: ServerResponse,
  query: URLSearchParams,
): boolean {
  const cors = query.get('cors') ?? 'none';
  if (cors !== 'none') {
    const { origin } = request.headers;
    response.setHeader('access-control-allow-origin', cors === 'origin' && origin ? origin : cors);
    response.setHeader('vary', 'origin');
    if (query.has('cred')) response.setHeader('access-control-allow-credentials', 'true');
    const exposed = query.get('expose');
    if (exposed) response.setHeader('access-control-expose-headers', exposed);
  }
  if (request.method !== 'OPTIONS') return false;
  if (cors !== 'none' && query.get('preflight') !== 'no') {
    response.setHeader(
      'access-control-allow-methods',
      request.headers['access-control-request-method'] ?? '*',
    );
    response.setHeader(
      'access-control-allow-headers',
      request.headers['access-control-request-headers'] ?? '*',
    );
  }
  response.writeHead(204).end();
  return true;
}

/**
 * Answers `request` with what `versionOf` gives, under the faults of `query`. Byte positions count from the start of
 * the whole body, so that a resumed request is past a fault that lies behind it.
 *
 * | parameter | effect |
 * |---|---|
 * | `status=N`, `times=K`, `retry-after=S` | answers N (the first K times), with Retry-After |
 * | `redirect=URL`, `code=N` | redirects (302, or N) |
 * | `rate=N` | N bytes a second |
 * | `drop=N[,N…]`, `reset=…`, `stall=…`, `drops=K` | at byte N closes the socket / resets it / goes silent (the first K times) |
 * | `short` | ends the connection in order, half way through the answer's body |
 * | `ranges=no` | knows no ranges |
 * | `wrong-range` | 206 with another range than asked for |
 * | `short-range` | 206 with half the range asked for, and says so |
 * | `etag=none\|weak\|changing`, `changes=K` | another version at every request (after the first K: the same) |
 * | `modified` | sends Last-Modified |
 * | `gzip=1\|force` | Content-Encoding: gzip where accepted, or always |
 * | `length=no` | no Content-Length (chunked) |
 * | `type=T` | the Content-Type |
 */
export async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  tally: Tally,
  pacer: Pacer,
  versionOf: (version: number) => Representation,
): Promise<void> {
  const query = url.searchParams;
  const status = query.get('status');
  if (status && tally.take(`status ${url}`, query.get('times'))) {
    const retryAfter = query.get('retry-after');
    if (retryAfter) response.setHeader('retry-after', retryAfter);
    response.writeHead(Number(status), { 'content-type': 'text/plain' }).end(`${status} on request\n`);
    return;
  }
  const redirect = query.get('redirect');
  if (redirect) {
    response.writeHead(Number(query.get('code') ?? 302), { location: redirect }).end();
    return;
  }

  let version = 0;
  if (query.get('etag') === 'changing') {
    version = tally.count(`version ${url}`);
    tally.take(`version ${url}`, query.get('changes'));
  }
  let body = versionOf(version);
  if (query.has('gzip')) {
    response.setHeader('vary', 'accept-encoding');
    const accepted = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
    if (accepted || query.get('gzip') === 'force') {
      body = gzipped(body);
      response.setHeader('content-encoding', 'gzip');
    }
  }
  response.setHeader('content-type', query.get('type') ?? body.type);
  response.setHeader('cache-control', query.get('cache-control') ?? 'no-cache');
  if (query.has('modified')) response.setHeader('last-modified', 'Mon, 01 Jan 2024 00:00:00 GMT');
  const etag = query.get('etag');
  if (etag !== 'none') response.setHeader('etag', etag === 'weak' ? `W/${body.etag}` : body.etag);

  let start = 0;
  let end = body.size;
  if (query.get('ranges') !== 'no') {
    response.setHeader('accept-ranges', 'bytes');
    const range = isCurrent(request, response) ? parseRange(request.headers.range, body.size) : null;
    if (range === 'unsatisfiable') {
      response.writeHead(416, { 'content-range': `bytes */${body.size}` }).end();
      return;
    }
    if (range) {
      ({ start, end } = range);
      if (query.has('wrong-range') && start + 1 < end) start += 1;
      if (query.has('short-range')) end = start + Math.ceil((end - start) / 2);
      response.statusCode = 206;
      response.setHeader('content-range', `bytes ${start}-${end - 1}/${body.size}`);
    }
  }
  if (query.get('length') !== 'no') response.setHeader('content-length', end - start);
  response.flushHeaders();
  if (request.method === 'HEAD') response.end();
  else await send(response, body, start, end, query, faultOf(url, start, end, tally), pacer);
}

/** https://www.rfc-editor.org/rfc/rfc9110#name-if-range: whether the Range header is to be heeded. */
function isCurrent(request: IncomingMessage, response: ServerResponse): boolean {
  const condition = request.headers['if-range'];
  if (condition === undefined) return true;
  if (typeof condition === 'string' && condition.startsWith('"'))
    return condition === response.getHeader('etag');
  return condition === response.getHeader('last-modified');
}

interface Fault {
  kind: 'drop' | 'reset' | 'stall' | 'short';
  at: number;
}

function faultOf(url: URL, start: number, end: number, tally: Tally): Fault | null {
  const query = url.searchParams;
  for (const kind of ['drop', 'reset', 'stall'] as const) {
    const positions = query.get(kind)?.split(',').map(Number) ?? [];
    const at = positions.find((each) => (start < each || each === 0) && start <= each && each < end);
    if (at !== undefined && tally.take(`${kind} ${url}`, query.get('drops'))) return { kind, at };
  }
  return query.has('short') ? { kind: 'short', at: start + Math.floor((end - start) / 2) } : null;
}

async function send(
  response: ServerResponse,
  body: Representation,
  start: number,
  end: number,
  query: URLSearchParams,
  fault: Fault | null,
  pacer: Pacer,
): Promise<void> {
  const rate = Number(query.get('rate') ?? Number.POSITIVE_INFINITY);
  const began = Date.now();
  let position = start;
  for (;;) {
    if (fault && position >= fault.at) return strike(response, fault);
    if (position >= end) break;
    const allowed = await pacer.pass(position, body.size);
    const earned = start + Math.ceil((rate * (Date.now() - began + TICK)) / 1000);
    const next = Math.min(position + CHUNK, end, allowed, earned, fault?.at ?? end);
    if (response.destroyed) return;
    if (next > position) {
      pacer.sent(next - position);
      await write(response, body.slice(position, next));
      position = next;
    }
    if (position === earned) await delay(TICK);
  }
  response.end();
}

function strike(response: ServerResponse, fault: Fault): void {
  const { socket } = response;
  if (fault.kind === 'drop') socket?.destroy();
  if (fault.kind === 'reset') socket?.resetAndDestroy();
  if (fault.kind === 'short') socket?.end();
}

/** Resolves when the chunk has left for the client, or the client has gone. */
function write(response: ServerResponse, chunk: Buffer): Promise<void> {
  return new Promise((resolve) => response.write(chunk, () => resolve()));
}

const gzips = new Map<string, Buffer>();

function gzipped(body: Representation): Representation {
  const key = `${body.etag} ${body.size}`;
  const coded = gzips.get(key) ?? gzipSync(body.slice(0, body.size), { level: 1 });
  gzips.set(key, coded);
  return {
    size: coded.length,
    type: body.type,
    etag: body.etag.replace(/"$/, '-gzip"'),
    slice: (start, end) => coded.subarray(start, end),
  };
}
