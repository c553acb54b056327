import type { RequestHead, ResponseHead } from '../protocol/wire.ts';

/** A response whose body is on its way. */
export interface Received {
  head: ResponseHead;
  /** The next bytes, or null at the end. Rejects where the line breaks. */
  read(): Promise<Blob | Uint8Array<ArrayBuffer> | null>;
  cancel(): void;
}

/** A request to be made for a record. */
export interface Outgoing {
  request: RequestHead;
  body: Blob | null;
  signal: AbortSignal;
  /** Told of bytes of the request body that the server has got. */
  uploaded(bytes: number): void;
}
