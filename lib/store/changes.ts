/** Tells the places in this document or worker that a background fetch changed in the database. */
type Listener = (key: string) => void | Promise<void>;
const listeners = new Set<Listener>();

export function onChange(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Resolves when those have done their work who say so. It need not be waited for: they see to their errors themselves. */
export async function announceChange(key: string): Promise<void> {
  await Promise.all([...listeners].map((listener) => listener(key)));
}

/**
 * The next change of this background fetch. `happened` resolves at it, after `atMost` ms, or when `gone` is aborted; `stop`
 * is to be called when nobody waits for it any more.
 */
export function nextChange(
  key: string,
  gone: AbortSignal,
): { happened(atMost: number): Promise<void>; stop(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const forget = onChange((changed) => {
    if (changed === key) resolve();
  });
  const wentAway = () => resolve();
  gone.addEventListener('abort', wentAway);
  return {
    happened(atMost) {
      timer = setTimeout(resolve, atMost);
      return promise;
    },
    stop() {
      forget();
      gone.removeEventListener('abort', wentAway);
      clearTimeout(timer);
    },
  };
}

/** Lets the changes of each background fetch pass at most once in `interval` ms. `again` is called for what was held back. */
export class Pace {
  readonly #interval: number;
  readonly #again: (key: string) => void;
  /** What has passed within the interval, each with whether more was held back. */
  readonly #recent = new Map<string, boolean>();

  constructor(interval: number, again: (key: string) => void) {
    this.#interval = interval;
    this.#again = again;
  }

  passes(key: string): boolean {
    if (this.#recent.has(key)) {
      this.#recent.set(key, true);
      return false;
    }
    this.#recent.set(key, false);
    setTimeout(() => {
      const heldBack = this.#recent.get(key);
      this.#recent.delete(key);
      if (heldBack) this.#again(key);
    }, this.#interval);
    return true;
  }
}
