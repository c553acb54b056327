import { getHeader } from '../core/headers.ts';
import { pickIcon } from '../core/pick-icon.ts';
import { refusal } from '../policy/refusal.ts';
import type { RequestHead } from '../protocol/wire.ts';
import { db } from '../store/database.ts';
import { putIcon } from '../store/icons.ts';
import type { BackgroundFetchRow } from '../store/schema.ts';
import type { Surroundings } from './job.ts';

/** In bytes; what is larger is not shown. */
export const MAX_ICON_BYTES = 1024 * 1024;
/** In ms, from the request to the last byte. */
const TIMEOUT = 30_000;
const IMAGE = /^image\/[a-z0-9.+-]+$/;

type Requests = Pick<Surroundings, 'sameOriginRequest' | 'siteRequest'>;

/**
 * Fetches the icons that sites name, each once, while the download runs: when the person looks at it nothing is
 * requested, so that no site learns of that.
 */
export class Icons {
  readonly #requests: Requests;
  readonly #busy = new Set<string>();

  constructor(requests: Requests) {
    this.#requests = requests;
  }

  /** Sees to it that this background fetch has the icon that its site wants; one that can't be had is not tried again. */
  async look(key: string): Promise<void> {
    const row = await db.backgroundFetches.get(key);
    // Nothing is requested for a site before the person has allowed it.
    if (!row || row.state === 'pending' || this.#busy.has(key)) return;
    const url = pickIcon(row.icons, row.scope);
    if (url === null || !/^https?:/.test(url) || (await db.icons.get(key))?.url === url) return;
    this.#busy.add(key);
    try {
      await putIcon({ fetchKey: key, url, image: await this.#image(row, url) });
    } finally {
      this.#busy.delete(key);
    }
  }

  /** Null where there is none, or not one to show. */
  async #image(row: BackgroundFetchRow, url: string): Promise<Blob | null> {
    try {
      return await this.#fetch(row, url);
    } catch (error) {
      console.warn(`Backfetch: an icon of ${row.origin} can't be had.`, error);
      return null;
    }
  }

  async #fetch(row: BackgroundFetchRow, url: string): Promise<Blob | null> {
    // By `connect-src`, as what is downloaded: what the page may show is not kept.
    if (refusal(row, new URL(url)) !== null) return null;
    const outgoing = {
      request: requestHead(row, url),
      body: null,
      signal: AbortSignal.timeout(TIMEOUT),
      uploaded: () => {},
    };
    const own = await this.#requests.sameOriginRequest(outgoing);
    const received = own === 'redirected' ? await this.#requests.siteRequest(row, outgoing) : own;
    const { head } = received;
    const type = getHeader(head.headers, 'content-type')?.split(';')[0]?.trim().toLowerCase() ?? '';
    const why = refusal(row, new URL(head.url), head.redirected);
    if (head.status !== 200 || !IMAGE.test(type) || why !== null) {
      received.cancel();
      return null;
    }
    const parts: (Blob | Uint8Array<ArrayBuffer>)[] = [];
    let size = 0;
    for (let part = await received.read(); part; part = await received.read()) {
      size += part instanceof Blob ? part.size : part.byteLength;
      if (size > MAX_ICON_BYTES) {
        received.cancel();
        return null;
      }
      parts.push(part);
    }
    return new Blob(parts, { type });
  }
}

/** What the site's page would request. */
function requestHead({ referrerPolicy }: BackgroundFetchRow, url: string): RequestHead {
  return {
    url,
    method: 'GET',
    headers: [],
    mode: 'cors',
    credentials: 'same-origin',
    cache: 'default',
    redirect: 'follow',
    referrer: 'about:client',
    referrerPolicy,
    integrity: '',
  };
}
