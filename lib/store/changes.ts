/** Tells the places in this document or worker that a background fetch changed in the database. */
type Listener = (key: string) => void;
const listeners = new Set<Listener>();

export function onChange(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function announceChange(key: string): void {
  for (const listener of [...listeners]) listener(key);
}

/**
 * The next change of this background fetch. `happened` resolves at it, or after `atMost` ms; `stop` is to be called when
 * nobody waits for it any more.
 */
export function nextChange(key: string): { happened(atMost: number): Promise<void>; stop(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const forget = onChange((changed) => {
    if (changed === key) resolve();
  });
  return {
    happened(atMost) {
      timer = setTimeout(resolve, atMost);
      return promise;
    },
    stop() {
      forget();
      clearTimeout(timer);
    },
  };
}
