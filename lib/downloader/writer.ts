import type { RecordWrite } from '../store/background-fetches.ts';

/** A write transaction starts when this much waits (bytes), or this long after the first write came (ms). */
const BATCH_BYTES = 1024 * 1024;
const BATCH_DELAY = 40;
/** Above this (bytes) writers wait, so that memory doesn't grow when the line is faster than the disk. */
const MAX_WAITING_BYTES = 32 * 1024 * 1024;

/**
 * Writes what the records of one background fetch gain, many in one transaction: a transaction for each small body
 * would cost more than its download.
 */
export class Writer {
  readonly #commit: (writes: RecordWrite[]) => Promise<void>;
  #queue: RecordWrite[] = [];
  #queuedBytes = 0;
  /** Bytes queued or on their way to disk. */
  #unstoredBytes = 0;
  #failure: { error: unknown } | null = null;
  #running: Promise<void> = Promise.resolve();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #room: (() => void)[] = [];

  /** `commit` rejects where the disk fails; then every later write rejects so as well. */
  constructor(commit: (writes: RecordWrite[]) => Promise<void>) {
    this.#commit = commit;
  }

  /** Resolves when there is room for more, not when this is stored: {@link drain} tells that. */
  async write(write: RecordWrite): Promise<void> {
    this.#throwFailure();
    this.#queue.push(write);
    const size = write.bytes?.size ?? 0;
    this.#queuedBytes += size;
    this.#unstoredBytes += size;
    if (this.#queuedBytes >= BATCH_BYTES) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), BATCH_DELAY);
    while (this.#unstoredBytes > MAX_WAITING_BYTES && !this.#failure) {
      await new Promise<void>((resolve) => this.#room.push(resolve));
    }
    this.#throwFailure();
  }

  /** Resolves when all is stored. */
  async drain(): Promise<void> {
    this.#flush();
    await this.#running;
    this.#throwFailure();
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#running = this.#running.then(() => this.#store());
  }

  async #store(): Promise<void> {
    const writes = this.#queue;
    const bytes = this.#queuedBytes;
    if (writes.length === 0) return;
    this.#queue = [];
    this.#queuedBytes = 0;
    try {
      if (!this.#failure) await this.#commit(writes);
    } catch (error) {
      this.#failure = { error };
    }
    this.#unstoredBytes -= bytes;
    for (const resume of this.#room.splice(0)) resume();
  }

  #throwFailure(): void {
    if (this.#failure) throw this.#failure.error;
  }
}
