/** A piece is handed on when it has so many bytes, or this long (ms) after its first came. */
const PIECE_BYTES = 1024 * 1024;
const PIECE_TIME = 200;

/**
 * Reads a body ahead of who asks for it, by a piece: what has come and was not read is lost when the line breaks
 * (Chromium). Returns the function that resolves with the next piece, or with null at the end. It rejects as the stream
 * does, but not before all that came until then was taken.
 */
export function readAhead(body: ReadableStream<Uint8Array<ArrayBuffer>>): () => Promise<Blob | null> {
  let parts: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  let over = false;
  /** Called at every chunk and at the end. */
  let came = () => {};
  /** Called when a piece is taken. */
  let taken = () => {};

  async function pump(): Promise<void> {
    const reader = body.getReader();
    try {
      for (let { value } = await reader.read(); value; { value } = await reader.read()) {
        parts.push(value);
        size += value.byteLength;
        came();
        if (size >= PIECE_BYTES) await new Promise<void>((resolve) => (taken = resolve));
      }
    } finally {
      over = true;
      came();
    }
  }
  const pumped = pump();
  // Who asks for a piece hears of a broken line; it may be that nobody asks any more.
  void Promise.allSettled([pumped]);

  /** Resolves when `enough` holds, or after `atMost` ms. */
  async function until(enough: () => boolean, atMost?: number): Promise<void> {
    if (enough()) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    await new Promise<void>((resolve) => {
      if (atMost !== undefined) timer = setTimeout(resolve, atMost);
      came = () => enough() && resolve();
    });
    clearTimeout(timer);
  }

  return async () => {
    await until(() => size > 0 || over);
    await until(() => size >= PIECE_BYTES || over, PIECE_TIME);
    if (size === 0) {
      await pumped;
      return null;
    }
    const piece = new Blob(parts);
    parts = [];
    size = 0;
    taken();
    return piece;
  };
}
