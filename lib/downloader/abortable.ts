/** A promise for `start`'s callback that rejects when `signal` is aborted. `start` returns what undoes it. */
export async function abortable(
  signal: AbortSignal,
  start: (resolve: () => void) => () => void,
): Promise<void> {
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
