import { isExposed } from '../core/response.ts';
import type { Fetcher } from '../policy/refusal.ts';
import {
  commit,
  openBackgroundFetches,
  type Progress,
  type RecordWrite,
  setProgress,
} from '../store/background-fetches.ts';
import type { BodyFile } from '../store/body-files.ts';
import { announceChange } from '../store/changes.ts';
import { roomOfSite } from '../store/room.ts';
import type { BackgroundFetchRow, RecordRow } from '../store/schema.ts';
import { abortable } from './abortable.ts';
import type { Bandwidth } from './bandwidth.ts';
import type { Outgoing, Received } from './received.ts';
import { LONGEST_RETRY_AFTER } from './retry.ts';
import type { Slots } from './slots.ts';
import { Writer } from './writer.ts';

/** What the records of all background fetches share. */
export interface Surroundings {
  slots: Slots;
  bandwidth: Bandwidth;
  /** Makes a request with the extension's privileges, to the site's own origin only. */
  sameOriginRequest(outgoing: Outgoing): Promise<Received | 'redirected'>;
  /** Makes a request as the site, by the browser's own rules. */
  siteRequest(fetcher: Fetcher, outgoing: Outgoing): Promise<Received>;
  /**
   * Longest response body to read at once (bytes): in a browser whose streams have no backpressure a longer one would
   * pile up in memory, so it is asked for in ranges where the server allows. Infinite where streams have backpressure.
   */
  segmentBytes: number;
  /** Opens a file for a large piece, which costs less than a Blob row. What goes wrong with it, its methods tell. */
  openFile(fetchKey: string): BodyFile;
}

/** After so many bytes it is looked whether the site still has room: its downloads may not have said how long they are. */
const CHECK_ROOM_EVERY = 64 * 1024 * 1024;

/** Ends a job whose background fetch takes no more. */
export class JobOver extends Error {
  override name = 'JobOver';
}

/** How a record fares while its job runs here; what outlives that is in its row. */
export interface Course {
  /** How often the server's answers did not continue what was stored although they should have. */
  setbacks: number;
  /**
   * What is believed of the server's ranges: all, so that a long body may be broken off on purpose; that they continue what
   * a line left; or nothing.
   */
  ranges: 'all' | 'resume' | 'nothing';
  /** Whether the server itself said when to come back, or that it is asked too often. */
  askedToWait: boolean;
}

/** A background fetch while it is performed in this document. */
export class Job {
  readonly row: BackgroundFetchRow;
  readonly surroundings: Surroundings;
  /** Aborted when the job is stopped, from outside or by {@link stop}. */
  readonly signal: AbortSignal;
  readonly #controller = new AbortController();
  readonly #writer: Writer;
  /** Bytes that arrived, stored or not. */
  #arrived: number;
  #uploaded: number;
  /** Bytes stored since it was looked whether the site has room. */
  #unchecked = 0;
  /** Records that wait for another try. */
  readonly #waiting = new Set<Waiting>();
  /** Called when a record begins to wait and so leaves its place to another. */
  leftPlace: () => void = () => {};
  readonly #courses = new WeakMap<RecordRow, Course>();
  #requesting = 0;
  #told = '';

  constructor(row: BackgroundFetchRow, surroundings: Surroundings, signal: AbortSignal) {
    this.row = row;
    this.surroundings = surroundings;
    this.signal = AbortSignal.any([signal, this.#controller.signal]);
    this.#arrived = row.storedBytes;
    this.#uploaded = row.uploaded;
    this.#writer = new Writer((writes) => this.#commit(writes));
  }

  async #commit(writes: RecordWrite[]): Promise<void> {
    this.#unchecked += writes.reduce((sum, { bytes }) => sum + (bytes?.size ?? 0), 0);
    if (this.#unchecked >= CHECK_ROOM_EVERY) await this.#checkRoom();
    const taken = await commit(this.row.key, writes, this.#arrived);
    announceChange(this.row.key);
    if (!taken) throw new JobOver('The background fetch has ended.');
  }

  async #checkRoom(): Promise<void> {
    this.#unchecked = 0;
    if ((await roomOfSite(await openBackgroundFetches(this.row.origin))) >= 0) return;
    throw new DOMException('The site has no room left for what it downloads.', 'QuotaExceededError');
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
    if (!isExposed(record.result)) this.#arrived -= record.storedBytes;
    await this.#writer.write({ ...gained, index: record.index });
  }

  course(record: RecordRow): Course {
    const course = this.#courses.get(record) ?? { setbacks: 0, ranges: 'all', askedToWait: false };
    this.#courses.set(record, course);
    return course;
  }

  /** Counts bytes that came; says false when they are more than the site's downloadTotal. */
  arrive(bytes: number): boolean {
    this.#arrived += bytes;
    return this.row.downloadTotal === 0 || this.#arrived <= this.row.downloadTotal;
  }

  /** Counts bytes of request bodies that the server has got. */
  upload(bytes: number): void {
    this.#uploaded += bytes;
  }

  /** Ends everything the job does; its promises reject with `reason`. */
  stop(reason: unknown): void {
    this.#controller.abort(reason);
  }

  /** Resolves when all that was gained is stored. */
  drain(): Promise<void> {
    return this.#writer.drain();
  }

  /** Runs `work` when a connection is free. */
  async withSlot<Result>(work: () => Promise<Result>): Promise<Result> {
    const release = await this.surroundings.slots.acquire(this.row.origin, this.signal);
    this.#requesting += 1;
    try {
      this.signal.throwIfAborted();
      return await work();
    } finally {
      this.#requesting -= 1;
      release();
    }
  }

  /** Records that wait for another try and have left their place to others. */
  get placesLeft(): number {
    return [...this.#waiting].filter(({ askedToWait }) => !askedToWait).length;
  }

  /** Resolves when the record's next try is due, or {@link tryNow} is called; rejects when the job is stopped. */
  async untilDue(record: RecordRow, triesAllowed: number): Promise<void> {
    // Where the clock was set back, what was planned before lies too far ahead.
    const retryAt = Math.min(record.retryAt, Date.now() + LONGEST_RETRY_AFTER);
    if (retryAt <= Date.now()) return;
    const { failedTries } = record;
    const { askedToWait } = this.course(record);
    let waiting: Waiting | undefined;
    try {
      await abortable(this.signal, (resolve) => {
        waiting = { retryAt, failedTries, triesAllowed, askedToWait, resolve };
        this.#waiting.add(waiting);
        const timer = setTimeout(resolve, retryAt - Date.now());
        // A server that asks for patience gets no further requests instead.
        if (!askedToWait) this.leftPlace();
        return () => clearTimeout(timer);
      });
    } finally {
      if (waiting) this.#waiting.delete(waiting);
    }
  }

  /** Makes all records that wait for another try go on at once. */
  tryNow(): void {
    for (const { resolve } of this.#waiting) resolve();
  }

  /** Makes those go on whose time has come: timers stand still while the machine sleeps. */
  tryDue(): void {
    for (const { retryAt, resolve } of this.#waiting) if (retryAt <= Date.now()) resolve();
  }

  /** The line is back: whatever failed without it need not wait, unless a server asked for that. */
  tryOverNewLine(): void {
    for (const { askedToWait, resolve } of this.#waiting) if (!askedToWait) resolve();
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
    const progress: Progress = {
      downloaded: this.#arrived,
      uploaded: this.#uploaded,
      retryAt: 0,
      failedTries: 0,
      triesAllowed: 0,
      ...this.#nextTry(),
    };
    const news = JSON.stringify(progress);
    if (news === this.#told) return;
    this.#told = news;
    const isActive = (await setProgress(this.row.key, progress)) > 0;
    // Whoever stopped it may have died before it could say so here.
    if (!isActive) this.stop(new JobOver('The background fetch is not active any more.'));
    announceChange(this.row.key);
  }

  /** The try that everything waits for; undefined while any request is under way. */
  #nextTry(): Pick<Progress, 'retryAt' | 'failedTries' | 'triesAllowed'> | undefined {
    if (this.#requesting > 0) return undefined;
    const [first] = [...this.#waiting].sort((one, other) => one.retryAt - other.retryAt);
    return (
      first && { retryAt: first.retryAt, failedTries: first.failedTries, triesAllowed: first.triesAllowed }
    );
  }
}

interface Waiting {
  /** Ms since the epoch. */
  retryAt: number;
  failedTries: number;
  triesAllowed: number;
  /** See {@link Course.askedToWait}. */
  askedToWait: boolean;
  resolve: () => void;
}
