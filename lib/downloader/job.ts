import { commit, type RecordWrite, setDownloaded } from '../store/background-fetches.ts';
import { announceChange } from '../store/changes.ts';
import type { BackgroundFetchRow, RecordRow } from '../store/schema.ts';
import type { Outgoing, Received } from './received.ts';
import type { Slots } from './slots.ts';
import { Writer } from './writer.ts';

/** What the records of all background fetches share. */
export interface Surroundings {
  slots: Slots;
  /** Makes a request with the extension's privileges, to the site's own origin only. */
  sameOriginRequest(outgoing: Outgoing): Promise<Received | 'redirected'>;
  /** Makes a request as the site, by the browser's own rules. */
  siteRequest(origin: string, outgoing: Outgoing): Promise<Received>;
  /**
   * Longest response body to read at once (bytes): in a browser whose streams have no backpressure a longer one would
   * pile up in memory, so it is asked for in ranges where the server allows.
   */
  segmentBytes: number;
}

/** Ends a job whose background fetch takes no more. */
export class JobOver extends Error {
  override name = 'JobOver';
}

/** A background fetch while it is performed in this document. */
export class Job {
  readonly row: BackgroundFetchRow;
  readonly surroundings: Surroundings;
  readonly signal: AbortSignal;
  /** The line was fast at the last segment: the next may be taken in one piece. */
  fast = false;
  readonly #writer: Writer;
  /** Bytes that arrived, stored or not. */
  #arrived: number;
  /** When records that wait for another try are due (ms since the epoch). */
  readonly #waiting = new Set<number>();
  #requesting = 0;
  #told = '';

  constructor(row: BackgroundFetchRow, surroundings: Surroundings, signal: AbortSignal) {
    this.row = row;
    this.surroundings = surroundings;
    this.signal = signal;
    this.#arrived = row.storedBytes;
    this.#writer = new Writer((writes) => this.#commit(writes));
  }

  async #commit(writes: RecordWrite[]): Promise<void> {
    const taken = await commit(this.row.key, writes, this.#arrived);
    announceChange(this.row.key);
    if (!taken) throw new JobOver('The background fetch has ended.');
  }

  /** What a record gained: in `record` at once, in the database soon ({@link drain}). */
  async gain(record: RecordRow, gained: Omit<RecordWrite, 'index'>): Promise<void> {
    if (gained.restart) {
      this.#arrived -= record.storedBytes;
      Object.assign(record, {
        generation: record.generation + 1,
        response: null,
        storedBytes: 0,
        pieces: [],
      });
    }
    if (gained.bytes) record.storedBytes += gained.bytes.size;
    Object.assign(record, gained.change);
    await this.#writer.write({ ...gained, index: record.index });
  }

  /** Counts bytes that came; says false when they are more than the site's downloadTotal. */
  arrive(bytes: number): boolean {
    this.#arrived += bytes;
    return this.row.downloadTotal === 0 || this.#arrived <= this.row.downloadTotal;
  }

  /** Resolves when all that was gained is stored. */
  drain(): Promise<void> {
    return this.#writer.drain();
  }

  /** Runs `work` when a connection is free. */
  async withSlot<Result>(work: () => Promise<Result>): Promise<Result> {
    const release = await this.surroundings.slots.acquire(this.row.origin);
    this.#requesting += 1;
    try {
      this.signal.throwIfAborted();
      return await work();
    } finally {
      this.#requesting -= 1;
      release();
    }
  }

  /** Resolves at `time` (ms since the epoch); rejects with an AbortError when the job is stopped. */
  async waitUntil(time: number): Promise<void> {
    if (time <= Date.now()) return;
    this.#waiting.add(time);
    try {
      await abortable(this.signal, (resolve) => {
        const timer = setTimeout(resolve, time - Date.now());
        return () => clearTimeout(timer);
      });
    } finally {
      this.#waiting.delete(time);
    }
  }

  /** Resolves when the browser has a line. */
  async online(): Promise<void> {
    if (navigator.onLine) return;
    await abortable(this.signal, (resolve) => {
      addEventListener('online', resolve);
      return () => removeEventListener('online', resolve);
    });
  }

  /** Puts what the person and the site see of the progress into the database. */
  async tell(): Promise<void> {
    const retryAt = this.#requesting === 0 && this.#waiting.size > 0 ? Math.min(...this.#waiting) : 0;
    const news = `${this.#arrived} ${retryAt}`;
    if (news === this.#told) return;
    this.#told = news;
    await setDownloaded(this.row.key, this.#arrived, retryAt);
    announceChange(this.row.key);
  }
}

/** A promise for `start`'s callback that rejects when `signal` is aborted. `start` returns what undoes it. */
async function abortable(signal: AbortSignal, start: (resolve: () => void) => () => void): Promise<void> {
  signal.throwIfAborted();
  let undo = () => {};
  let abort = () => {};
  try {
    await new Promise<void>((resolve, reject) => {
      abort = () => reject(signal.reason);
      signal.addEventListener('abort', abort);
      undo = start(resolve);
    });
  } finally {
    undo();
    signal.removeEventListener('abort', abort);
  }
}
