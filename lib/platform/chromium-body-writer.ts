/** Writing pieces of bodies to files, in a worker. Both ends of the channel are here. */
import { bodyDirectory } from '../store/body-files.ts';

interface Order {
  name: string;
  fetchKey: string;
  parts: (Blob | Uint8Array<ArrayBuffer>)[];
}

/** `error` as it was thrown there. */
interface Done {
  name: string;
  error?: unknown;
}

/** The worker's end. */
export function serveBodyWriter(): void {
  addEventListener('message', async ({ data }: MessageEvent<Order>) => {
    const done: Done = { name: data.name };
    try {
      await write(data);
    } catch (error) {
      done.error = error;
    }
    postMessage(done);
  });
}

/** https://fs.spec.whatwg.org/#api-filesystemsyncaccesshandle; TypeScript has it only where workers are all there is. */
interface SyncAccessHandle {
  write(bytes: Uint8Array): number;
  flush(): void;
  close(): void;
}

async function write({ fetchKey, name, parts }: Order): Promise<void> {
  const directory = await bodyDirectory(fetchKey);
  const file = (await directory.getFileHandle(name, { create: true })) as FileSystemFileHandle & {
    createSyncAccessHandle(): Promise<SyncAccessHandle>;
  };
  const handle = await file.createSyncAccessHandle();
  try {
    for (const part of parts) {
      const bytes = part instanceof Blob ? new Uint8Array(await part.arrayBuffer()) : part;
      if (handle.write(bytes) < bytes.byteLength)
        throw new DOMException('The disk took a part of the bytes only.', 'QuotaExceededError');
    }
    handle.flush();
  } finally {
    handle.close();
  }
}

/**
 * The document's end: gives the function that writes a piece and resolves with its file's name once
 * it is on the disk. The parts' buffers are moved, not copied: the caller has them no more. Rejects with a
 * QuotaExceededError where the disk is full.
 */
export function startBodyWriter(): (
  fetchKey: string,
  parts: (Blob | Uint8Array<ArrayBuffer>)[],
) => Promise<string> {
  const waiting = new Map<string, PromiseWithResolvers<string>>();
  let worker: Worker | null = null;
  const start = () => {
    const started = new Worker('/body-writer.js');
    started.addEventListener('message', ({ data }: MessageEvent<Done>) => {
      const promise = waiting.get(data.name);
      waiting.delete(data.name);
      if (data.error === undefined) promise?.resolve(data.name);
      else promise?.reject(data.error);
    });
    started.addEventListener('error', (event) => {
      for (const { reject } of waiting.values())
        reject(new Error(`The body writer failed: ${event.message}`));
      waiting.clear();
      // It may be gone; whoever writes next gets another.
      started.terminate();
      worker = null;
    });
    return started;
  };
  return (fetchKey, parts) => {
    worker ??= start();
    const name = crypto.randomUUID();
    const promise = Promise.withResolvers<string>();
    waiting.set(name, promise);
    const buffers = parts.flatMap((part) => (part instanceof Blob ? [] : [part.buffer]));
    worker.postMessage({ name, fetchKey, parts } satisfies Order, [...new Set(buffers)]);
    return promise.promise;
  };
}
