/** What the test server was asked. */
import type { IncomingHttpHeaders } from 'node:http';

export interface LoggedRequest {
  method: string;
  /** Host and port as the client named them. */
  host: string;
  path: string;
  /** The whole URL. */
  url: string;
  headers: IncomingHttpHeaders;
  /** The Range header; '' for none. */
  range: string;
  /** The request's body, its first MiB. */
  body: Buffer;
  /** Bytes of the request's body. */
  received: number;
  /** 0 until the answer has begun. */
  status: number;
  /** Bytes of the response's body handed to the socket. */
  sent: number;
  /** `cut`: the connection went away before the answer was complete. */
  outcome: 'open' | 'complete' | 'cut';
  /** Milliseconds since the epoch; `endedAt` is 0 while it goes on. */
  startedAt: number;
  endedAt: number;
}

type Wanted = (request: LoggedRequest) => boolean;

export class RequestLog {
  readonly all: LoggedRequest[] = [];
  readonly #waiting = new Set<() => void>();

  /** Requests for `path` (with query, where `path` has one), oldest first. */
  for(path: string): LoggedRequest[] {
    return this.all.filter((request) => matchesPath(request, path));
  }

  /** Resolves with the first request for `path`, past or to come, that is `wanted`. */
  async wait(path: string, wanted: Wanted = () => true): Promise<LoggedRequest> {
    for (;;) {
      const found = this.for(path).find(wanted);
      if (found) return found;
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  clear(): void {
    this.all.length = 0;
  }

  add(request: LoggedRequest): void {
    this.all.push(request);
    this.changed();
  }

  /** To be called after every change of an entry. */
  changed(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}

export function matchesPath(request: Pick<LoggedRequest, 'path' | 'url'>, path: string): boolean {
  if (!path.includes('?')) return request.path === path;
  const { pathname, search } = new URL(request.url);
  return pathname + search === path;
}
