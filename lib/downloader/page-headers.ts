import type { SetRule } from '../protocol/rules.ts';
import type { RequestHead } from '../protocol/wire.ts';

/** A rule that no request uses is kept so long (ms), so that many small requests share one. */
const LINGER = 1_000;

interface Lease {
  token: string;
  ready: Promise<void>;
  users: number;
  ending: ReturnType<typeof setTimeout> | undefined;
}

/** Gives our own requests the headers that a page's would have: script can't set them. */
export class PageHeaders {
  readonly #setRule: SetRule;
  readonly #leases = new Map<string, Lease>();

  constructor(setRule: SetRule) {
    this.#setRule = setRule;
  }

  /** Runs `send` with the fragment that the request's URL has to have. */
  async use<Result>(request: RequestHead, send: (fragment: string) => Promise<Result>): Promise<Result> {
    const referer = sameOriginReferer(request);
    const key = `${request.mode} ${referer}`;
    const lease = this.#leases.get(key) ?? this.#begin(key, { of: 'request', referer, mode: request.mode });
    lease.users += 1;
    clearTimeout(lease.ending);
    try {
      await lease.ready;
      return await send(lease.token);
    } finally {
      lease.users -= 1;
      if (lease.users === 0) lease.ending = setTimeout(() => this.#end(key, lease.token), LINGER);
    }
  }

  #begin(key: string, rule: Parameters<SetRule>[1]): Lease {
    const token = crypto.randomUUID();
    const lease: Lease = { token, ready: this.#setRule(token, rule), users: 0, ending: undefined };
    this.#leases.set(key, lease);
    return lease;
  }

  #end(key: string, token: string): void {
    this.#leases.delete(key);
    this.#setRule(token, null).catch((error: unknown) => {
      console.error('Backfetch: a rule for its own requests stayed.', error);
    });
  }
}

/**
 * The Referer of a request to its own origin, '' for none.
 * https://w3c.github.io/webappsec-referrer-policy/#determine-requests-referrer
 */
export function sameOriginReferer({ url, referrer, referrerPolicy }: RequestHead): string {
  const source = URL.parse(referrer);
  const { origin } = new URL(url);
  // A page can't name another origin as its referrer.
  if (source?.origin !== origin || referrerPolicy === 'no-referrer') return '';
  if (referrerPolicy === 'origin' || referrerPolicy === 'strict-origin') return `${origin}/`;
  source.hash = '';
  source.username = '';
  source.password = '';
  // https://w3c.github.io/webappsec-referrer-policy/#strip-url
  return source.href.length > 4096 ? `${origin}/` : source.href;
}
