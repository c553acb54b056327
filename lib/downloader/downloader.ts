import { abortAll, settleBackgroundFetch } from '../store/background-fetches.ts';
import { onChange, Pace } from '../store/changes.ts';
import { db } from '../store/database.ts';
import type { BackgroundFetchRow } from '../store/schema.ts';
import { Job, type Surroundings } from './job.ts';
import { performBackgroundFetch } from './perform-background-fetch.ts';

/** A download that breaks off so often without any progress, by a fault of the disk or of ours, ends with what is there. */
const MAX_BREAKS = 8;

export interface DownloaderHooks {
  /** Whether the person wants downloads to wait for another line. */
  waitsForLine(): boolean;
  /** Keeps this document alive until the returned function is called. */
  hold(): () => void;
  /** A background fetch has settled, or was stopped. */
  stopped(key: string): Promise<void>;
}

/**
 * Performs every background fetch that the database says is active, and stops those that aren't any more. It keeps no
 * state of its own: {@link wake} may be called at any time, as often as one likes.
 */
export class Downloader {
  readonly #surroundings: Surroundings;
  readonly #hooks: DownloaderHooks;
  readonly #running = new Map<string, { job: Job; controller: AbortController; done: Promise<void> }>();

  /** How often each background fetch has broken off, and where it was then. */
  readonly #breaks = new Map<string, { count: number; progress: string }>();

  constructor(surroundings: Surroundings, hooks: DownloaderHooks) {
    this.#surroundings = surroundings;
    this.#hooks = hooks;
  }

  /** Looks at one background fetch, or at all, and acts. */
  async wake(key?: string): Promise<void> {
    if (key !== undefined) {
      await this.#look(key);
      return;
    }
    const active = await db.backgroundFetches.where('state').equals('active').primaryKeys();
    await Promise.all([...new Set([...active, ...this.#running.keys()])].map((each) => this.#look(each)));
  }

  async #look(key: string): Promise<void> {
    const row = await db.backgroundFetches.get(key);
    const running = this.#running.get(key);
    const waits = this.#hooks.waitsForLine();
    // What can't be repeated can't be broken off either.
    if (row?.state !== 'active' || (waits && (!running || row.pausable))) {
      running?.controller.abort(new DOMException('The background fetch was stopped.', 'AbortError'));
      return;
    }
    if (running) {
      running.job.tryDue();
      if (!running.job.signal.aborted) return;
      // Stopped and resumed at once: the new run starts where the old one has written its last byte.
      await running.done;
      return this.#look(key);
    }
    const controller = new AbortController();
    const job = new Job(row, this.#surroundings, controller.signal);
    this.#running.set(key, { job, controller, done: this.#perform(job, controller.signal) });
  }

  /** Makes the records of a background fetch that wait for another try go on at once. */
  tryNow(key: string): void {
    this.#running.get(key)?.job.tryNow();
  }

  /** The line is back. */
  tryOverNewLine(): void {
    for (const { job } of this.#running.values()) job.tryOverNewLine();
  }

  async #perform(job: Job, signal: AbortSignal): Promise<void> {
    const { row } = job;
    const release = this.#hooks.hold();
    try {
      await performBackgroundFetch(job, signal);
      this.#breaks.delete(row.key);
    } catch (error) {
      console.error(`Backfetch: a download of ${row.origin} broke off.`, error);
      await this.#brokeOff(row);
    }
    this.#running.delete(row.key);
    try {
      await this.#hooks.stopped(row.key);
    } finally {
      release();
    }
  }

  /** `row` is what it was when it began. */
  async #brokeOff({ key, settledCount, storedBytes }: BackgroundFetchRow): Promise<void> {
    const progress = `${settledCount} ${storedBytes}`;
    const before = this.#breaks.get(key);
    const count = before?.progress === progress ? before.count + 1 : 1;
    this.#breaks.set(key, { count, progress });
    if (count < MAX_BREAKS) return;
    this.#breaks.delete(key);
    try {
      await abortAll(key, 'quota-exceeded');
      await settleBackgroundFetch(key);
    } catch (error) {
      console.error('Backfetch: a download could not even be ended.', error);
    }
  }
}

/** Calls `report` for every change of a background fetch that this document makes, at most once per `interval` ms each. */
export function reportChanges(report: (key: string) => void, interval: number): void {
  const tell = (key: string) => {
    if (pace.passes(key)) report(key);
  };
  const pace = new Pace(interval, tell);
  onChange(tell);
}
