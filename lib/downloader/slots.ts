/** How many requests run at once. */
export interface Limits {
  total: number;
  perOrigin: number;
}

/**
 * Shares the connections out: never more than the limits, and among origins that wait the one with the fewest running
 * requests goes first, in turn, so that a site with thousands of requests doesn't keep another waiting.
 */
export class Slots {
  #limits: Limits;
  readonly #running = new Map<string, number>();
  readonly #waiting = new Map<string, (() => void)[]>();
  #total = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** From now on; requests that run already go on. */
  setLimits(limits: Limits): void {
    this.#limits = limits;
    while (this.#admit());
  }

  /** Resolves with the function that gives the slot back; rejects with the signal's reason when that is aborted first. */
  async acquire(origin: string, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.#isFree(origin)) this.#take(origin);
    else await this.#turn(origin, signal);
    return () => this.#release(origin);
  }

  #turn(origin: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const queue = this.#waiting.get(origin) ?? [];
      this.#waiting.set(origin, queue);
      const start = () => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = () => {
        queue.splice(queue.indexOf(start), 1);
        if (queue.length === 0) this.#waiting.delete(origin);
        reject(signal.reason);
      };
      queue.push(start);
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  #isFree(origin: string): boolean {
    return this.#total < this.#limits.total && (this.#running.get(origin) ?? 0) < this.#limits.perOrigin;
  }

  #take(origin: string): void {
    this.#total += 1;
    this.#running.set(origin, (this.#running.get(origin) ?? 0) + 1);
  }

  #release(origin: string): void {
    this.#total -= 1;
    const left = (this.#running.get(origin) ?? 0) - 1;
    if (left > 0) this.#running.set(origin, left);
    else this.#running.delete(origin);
    this.#admit();
  }

  /** Gives a free slot to the next that waits; says whether there were both. */
  #admit(): boolean {
    const candidates = [...this.#waiting.keys()].filter((each) => this.#isFree(each));
    candidates.sort((a, b) => (this.#running.get(a) ?? 0) - (this.#running.get(b) ?? 0));
    const next = candidates[0];
    if (next === undefined) return false;
    const queue = this.#waiting.get(next) ?? [];
    const resolve = queue.shift();
    // Behind the others: those with as few running take turns.
    this.#waiting.delete(next);
    if (queue.length > 0) this.#waiting.set(next, queue);
    this.#take(next);
    resolve?.();
    return true;
  }
}
