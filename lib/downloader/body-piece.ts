import type { NewBytes } from '../store/bodies.ts';
import type { BodyFile } from '../store/body-files.ts';
import { OWN_ROW_BYTES } from '../store/schema.ts';
import { giveRoom } from './rooms.ts';

/**
 * Chunks that may wait for the disk. Whoever waited for each would not read on meanwhile, and what has come unread is lost
 * when the line breaks (Chromium).
 */
const MOST_UNWRITTEN = 4;

/** The disk did not take what came: no fault of the line, whatever it calls itself. */
export class NotStored extends Error {
  override name = 'NotStored';
}

/**
 * Bytes of a body that will be stored together. A few stay in memory, to share a row with others; as soon as there are
 * more, all go to a file as they come.
 */
export class BodyPiece {
  readonly #openFile: () => BodyFile;
  #size = 0;
  #parts: (Blob | Uint8Array<ArrayBuffer>)[] = [];
  #file: BodyFile | null = null;
  /** The file takes one chunk after the other: when it has the last one. */
  #written: Promise<void> = Promise.resolve();
  /** When it has those that were last seen on their way, oldest first. */
  #writes: Promise<void>[] = [];

  constructor(openFile: () => BodyFile) {
    this.#openFile = openFile;
  }

  /** In bytes. */
  get size(): number {
    return this.#size;
  }

  /** Takes the chunk with its memory. Resolves when there is room for another; rejects with {@link NotStored}. */
  async add(chunk: Blob | Uint8Array<ArrayBuffer>): Promise<void> {
    this.#size += chunk instanceof Blob ? chunk.size : chunk.byteLength;
    if (this.#size >= OWN_ROW_BYTES) {
      this.#file ??= this.#openFile();
      for (const part of [...this.#parts.splice(0), chunk]) this.#write(this.#file, part);
      await this.#room();
    } else if (chunk instanceof Blob) {
      this.#parts.push(chunk);
    } else {
      // The memory that it was read into is much larger.
      this.#parts.push(chunk.slice());
      giveRoom(chunk.buffer);
    }
  }

  #write(file: BodyFile, chunk: Blob | Uint8Array<ArrayBuffer>): void {
    this.#written = this.#written.then(async () => {
      const memory = await file.append(chunk);
      if (memory) giveRoom(memory);
    });
    this.#writes.push(this.#written);
    // Who adds or stores next hears of it.
    void Promise.allSettled([this.#written]);
  }

  async #room(): Promise<void> {
    try {
      while (this.#writes.length > MOST_UNWRITTEN) await this.#writes.shift();
    } catch (error) {
      throw new NotStored(String(error), { cause: error });
    }
  }

  /** Ends the piece; nothing may be added any more. */
  end(): NewBytes {
    const size = this.#size;
    const file = this.#file;
    if (!file) return { size, parts: this.#parts };
    const written = this.#written.finally(() => file.close());
    void Promise.allSettled([written]);
    return { size, file: file.name, written };
  }
}
