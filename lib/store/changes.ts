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

/** Resolves at the next change of this background fetch. */
export function nextChange(key: string): Promise<void> {
  return new Promise((resolve) => {
    const stop = onChange((changed) => {
      if (changed !== key) return;
      stop();
      resolve();
    });
  });
}
