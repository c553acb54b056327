import type { Update } from '../protocol/calls.ts';
import { snapshotOf } from '../store/background-fetches.ts';
import { onChange, Pace } from '../store/changes.ts';
import { db } from '../store/database.ts';

/** A change may be made in a document whose changes are not heard here, and a worker may have ended: so it is looked (ms). */
const LOOK_EVERY = 10_000;
/** The worker hears of a background fetch at most so often (ms). */
const TELL_EVERY = 100;

/** Tells one service worker; resolves with whether it heard. */
export type Tell = (update: Update) => Promise<boolean>;

/**
 * Keeps the background fetches that a service worker has seen up to date there, as long as it lives:
 * https://wicg.github.io/background-fetch/#update-background-fetch-instances
 */
export class WorkerUpdates {
  readonly #seen = new Set<string>();
  readonly #due = new Set<string>();
  readonly #over = Promise.withResolvers<void>();
  #tell: Tell = async () => false;
  #telling = false;
  #stop = () => {};

  /** The worker has seen this background fetch. */
  seen(key: string): void {
    this.#seen.add(key);
  }

  /** Tells of changes until {@link stop}. Resolves when all that was seen has settled, or the worker has ended. */
  async follow(tell: Tell): Promise<void> {
    this.#tell = tell;
    const changed = (key: string) => {
      if (this.#seen.has(key) && pace.passes(key)) this.#changed(key);
    };
    const pace = new Pace(TELL_EVERY, changed);
    const forget = onChange(changed);
    const looking = setInterval(() => {
      for (const key of this.#seen) this.#changed(key);
    }, LOOK_EVERY);
    this.#stop = () => {
      forget();
      clearInterval(looking);
      this.#over.resolve();
    };
    // What changed since it was seen, too.
    for (const key of this.#seen) this.#due.add(key);
    await this.#tellDue();
    await this.#over.promise;
  }

  stop(): void {
    // Also before it has begun to follow.
    this.#seen.clear();
    this.#stop();
  }

  #changed(key: string): void {
    this.#due.add(key);
    this.#tellDue().catch((error: unknown) => {
      console.debug('Backfetch: a service worker is not up to date.', error);
      this.stop();
    });
  }

  /** One at a time: a worker that hears slowly is told less often. */
  async #tellDue(): Promise<void> {
    if (this.#telling) return;
    this.#telling = true;
    try {
      for (const key of this.#due) {
        this.#due.delete(key);
        const row = await db.backgroundFetches.get(key);
        if (row && !(await this.#tell(snapshotOf(row)))) return this.stop();
        if (row?.result !== '') this.#seen.delete(key);
      }
      if (this.#seen.size === 0) this.#over.resolve();
    } finally {
      this.#telling = false;
    }
  }
}
