import { abortable } from './abortable.ts';

/** Time (ms) that may be made up for when a timer was late or a server slow to answer. */
const SLACK = 400;

/** Keeps all downloads together to so many bytes per second. */
export class Bandwidth {
  /** Bytes per second; 0 for no limit. */
  #limit = 0;
  /** When what was received so far is paid for (ms, by a clock that nobody sets). */
  #paidAt = 0;
  readonly #waiting = new Set<() => void>();

  /** Bytes per second; 0 for no limit. A change is felt at once, also by those who wait. */
  get limit(): number {
    return this.#limit;
  }

  set limit(limit: number) {
    if (limit === this.#limit) return;
    this.#limit = limit;
    this.#paidAt = 0;
    for (const wake of this.#waiting) wake();
  }

  /** Counts bytes that came. */
  spend(bytes: number): void {
    if (this.#limit === 0) return;
    this.#paidAt = Math.max(this.#paidAt, performance.now() - SLACK) + (bytes * 1000) / this.#limit;
  }

  /** Resolves when more may come; rejects with the signal's reason when that is aborted. */
  async ready(signal: AbortSignal): Promise<void> {
    while (this.#paidAt > performance.now()) {
      await abortable(signal, (resolve) => {
        const timer = setTimeout(resolve, Math.ceil(this.#paidAt - performance.now()));
        this.#waiting.add(resolve);
        return () => {
          clearTimeout(timer);
          this.#waiting.delete(resolve);
        };
      });
    }
  }
}
