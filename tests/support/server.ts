/**
 * A real HTTP server for tests and for the demo site, on 127.0.0.1. Every `http://<name>.localhost:<port>` is an
 * origin of its own, and a secure context, in both browsers. With a certificate it serves `https://<name>.example` too.
 */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { bytes } from './bytes.ts';
import { answer, answerCors, type Pacer, type Representation, Tally } from './representation.ts';
import { type LoggedRequest, matchesPath, RequestLog } from './request-log.ts';

/** One request and the answer to it. */
export interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  url: URL;
  entry: LoggedRequest;
}

/** Sees a request before anyone else. True: it answers (or keeps the client waiting) itself. */
export type Interceptor = (exchange: Exchange) => boolean | Promise<boolean>;

/** A body that stops short of a byte until the test lets it go on. */
export interface Gate {
  /** Resolves when a client has been given everything before the byte and waits. */
  reached: Promise<void>;
  open(): void;
}

/** What a page of the test's own answers with. */
export interface Page {
  body: string | Buffer;
  /** Content-Type; by default told by the path's ending, HTML without one. */
  type?: string;
  headers?: Record<string, string>;
}

export interface ServerOptions {
  /** Directory of static files. */
  root?: string;
  /** 0, the default, takes a free one. */
  port?: number;
  /** Bodies that support everything that {@link answer} does: gives the representation for a path, or null. */
  represent?: (path: string, version: number, port: number) => Representation | null;
  /** Headers for static files and pages at a path. */
  headers?: (path: string) => Record<string, string>;
  /** Key and certificate, PEM, to serve HTTPS on a second port. */
  tls?: { key: string; cert: string };
}

export interface TestServer {
  port: number;
  /** `http://<site>.localhost:<port>` */
  origin(site?: string): string;
  /** An origin that no one has asked for yet. */
  freshOrigin(): string;
  /** The same with HTTPS: `https://<site>.example:<port>`, by its name a site of the public network. */
  freshSecureOrigin(): string;
  /** The absolute URL of `path` on `site`. */
  url(path: string, site?: string): string;
  log: RequestLog;
  /** Adds an interceptor, asked before older ones. Returns how to take it away. */
  intercept(interceptor: Interceptor): () => void;
  /** Serves `page` at `path`, on every origin, instead of what was there. */
  page(path: string, page: Page | string): void;
  /** Holds bodies of `path` at byte `at` (below 1: that share of the body) until the gate opens. */
  gate(path: string, at: number): Gate;
  /** Breaks off everything that is under way. */
  dropConnections(): void;
  /** Forgets everything that a test set or counted. */
  reset(): void;
  close(): Promise<void>;
}

const BODY_KEPT = 1 << 20;

const TYPES: Record<string, string> = {
  '': 'text/html; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.txt': 'text/plain; charset=utf-8',
};

function typeOf(path: string): string {
  return TYPES[extname(path)] ?? 'application/octet-stream';
}

/** `/bytes/<name>?size=N`: N computable bytes; see {@link answer} for the faults. */
function representBytes(url: URL, version: number): Representation | null {
  const name = /^\/bytes\/([^/]+)$/.exec(url.pathname)?.[1];
  if (name === undefined) return null;
  const size = Number(url.searchParams.get('size') ?? 1024);
  return {
    size,
    type: 'application/octet-stream',
    etag: `"${name}-${size}-${version}"`,
    slice: (start, end) => bytes(name, start, end, version),
  };
}

interface HeldGate extends Gate {
  path: string;
  at: number;
  isOpen: boolean;
  arrive(): void;
  opened: Promise<void>;
}

function makeGate(path: string, at: number): HeldGate {
  const reached = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  const gate: HeldGate = {
    path,
    at,
    isOpen: false,
    reached: reached.promise,
    arrive: reached.resolve,
    opened: opened.promise,
    open: () => {
      gate.isOpen = true;
      opened.resolve();
    },
  };
  return gate;
}

/** The hosts of {@link TestServer.freshSecureOrigin}, for a certificate. */
export const SECURE_HOSTS = Array.from({ length: 400 }, (_, index) => `site${index + 1}.example`);

export async function startServer(options: ServerOptions = {}): Promise<TestServer> {
  const log = new RequestLog();
  const tally = new Tally();
  const interceptors: Interceptor[] = [];
  const pages = new Map<string, Page>();
  const gates: HeldGate[] = [];

  function pacerOf({ response, entry }: Exchange): Pacer {
    return {
      async pass(position, size) {
        let allowed = size;
        for (const gate of gates) {
          if (gate.isOpen || !matchesPath(entry, gate.path)) continue;
          const at = gate.at > 0 && gate.at < 1 ? Math.floor(gate.at * size) : gate.at;
          if (position < at) {
            allowed = Math.min(allowed, at);
          } else {
            gate.arrive();
            await gate.opened;
          }
        }
        return allowed;
      },
      sent(count) {
        entry.status = response.statusCode;
        entry.sent += count;
        log.changed();
      },
    };
  }

  async function respond(exchange: Exchange): Promise<void> {
    const { request, response, url, entry } = exchange;
    for (const interceptor of interceptors) {
      if (await interceptor(exchange)) return;
    }
    if (answerCors(request, response, url.searchParams)) return;
    await readBody(request, entry);
    const represent = (version: number) =>
      representBytes(url, version) ?? options.represent?.(url.pathname, version, port) ?? null;
    const page =
      pages.get(url.pathname) ?? (represent(0) ? null : await readPage(options.root, url.pathname));
    if (page) {
      send(exchange, page, options.headers?.(url.pathname) ?? {});
    } else if (represent(0)) {
      await answer(
        request,
        response,
        url,
        tally,
        pacerOf(exchange),
        (version) => represent(version) as Representation,
      );
    } else {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('Not found\n');
    }
  }

  const listener = (scheme: string) => (request: IncomingMessage, response: ServerResponse) => {
    const host = request.headers.host ?? `127.0.0.1:${port}`;
    const url = new URL(request.url ?? '/', `${scheme}://${host}`);
    const entry: LoggedRequest = {
      method: request.method ?? '',
      host,
      path: url.pathname,
      url: url.href,
      headers: request.headers,
      range: request.headers.range ?? '',
      body: Buffer.alloc(0),
      received: 0,
      status: 0,
      sent: 0,
      outcome: 'open',
      startedAt: Date.now(),
      endedAt: 0,
    };
    log.add(entry);
    const exchange = { request, response, url, entry };
    follow(exchange, log);
    respond(exchange).catch((error: unknown) => {
      console.error(`The test server failed at ${entry.method} ${entry.url}:`, error);
      response.destroy();
    });
  };
  const timeouts = { requestTimeout: 0, keepAliveTimeout: 60_000 };
  const http = createServer(timeouts, listener('http'));
  const port = await listen(http, options.port ?? 0);
  const https = options.tls && createSecureServer({ ...timeouts, ...options.tls }, listener('https'));
  const securePort = https ? await listen(https, 0) : 0;

  let origins = 0;
  const origin = (site = 'a') => `http://${site}.localhost:${port}`;
  function reset(): void {
    for (const gate of gates) gate.open();
    gates.length = 0;
    interceptors.length = 0;
    pages.clear();
    tally.clear();
    log.clear();
  }
  return {
    port,
    origin,
    freshOrigin: () => origin(`site${++origins}`),
    freshSecureOrigin: () => `https://site${++origins}.example:${securePort}`,
    url: (path, site) => new URL(path, origin(site)).href,
    log,
    intercept(interceptor) {
      interceptors.unshift(interceptor);
      return () => {
        const index = interceptors.indexOf(interceptor);
        if (index >= 0) interceptors.splice(index, 1);
      };
    },
    page: (path, page) => {
      pages.set(path, typeof page === 'string' ? { body: page } : page);
    },
    gate(path, at) {
      const gate = makeGate(path, at);
      gates.push(gate);
      return gate;
    },
    dropConnections: () => http.closeAllConnections(),
    reset,
    async close() {
      reset();
      for (const each of https ? [http, https] : [http]) {
        each.close();
        each.closeAllConnections();
        if (each.listening) await once(each, 'close');
      }
    },
  };
}

/** Resolves with the port. */
async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Tells the log how the answer ended. */
function follow({ response, entry }: Exchange, log: RequestLog): void {
  response.once('close', () => {
    entry.status = response.headersSent ? response.statusCode : 0;
    entry.outcome = response.writableFinished ? 'complete' : 'cut';
    entry.endedAt = Date.now();
    log.changed();
  });
}

function send({ response, entry }: Exchange, page: Page, headers: Record<string, string>): void {
  const type = page.type ?? typeOf(entry.path);
  entry.sent = Buffer.byteLength(page.body);
  response
    .writeHead(200, { 'content-type': type, 'cache-control': 'no-cache', ...headers, ...page.headers })
    .end(page.body);
}

async function readBody(request: IncomingMessage, entry: LoggedRequest): Promise<void> {
  const kept: Buffer[] = [];
  for await (const chunk of request) {
    const part = chunk as Buffer;
    if (entry.received < BODY_KEPT) kept.push(part.subarray(0, BODY_KEPT - entry.received));
    entry.received += part.length;
  }
  entry.body = Buffer.concat(kept);
}

async function readPage(root: string | undefined, path: string): Promise<Page | null> {
  if (root === undefined) return null;
  // `normalize` of an absolute path can't climb above its root.
  const inside = normalize(decodeURIComponent(path));
  const file = join(root, inside.endsWith('/') ? `${inside}index.html` : inside);
  try {
    return { body: await readFile(file), type: typeOf(file) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'EISDIR' || code === 'ENOTDIR') return null;
    throw error;
  }
}
