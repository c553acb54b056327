/** Writing pieces of bodies to files, in a worker. Both ends of the channel are here. */
import { type BodyFile, bodyDirectory } from '../store/body-files.ts';

type Bytes = Blob | Uint8Array<ArrayBuffer>;

/** What is to be done with the file of this name. `id` tells the answer that belongs to it. */
type Order = { id: number; name: string } & (
  | { open: { fetchKey: string } }
  | { append: Bytes }
  | { close: true }
);

/** `memory` is that of the bytes, which is free again. `error` as it was thrown there. */
interface Done {
  id: number;
  memory: ArrayBuffer | null;
  error?: unknown;
}

/** https://fs.spec.whatwg.org/#api-filesystemsyncaccesshandle; TypeScript has it only where workers are all there is. */
interface SyncAccessHandle {
  write(bytes: Uint8Array): number;
  flush(): void;
  close(): void;
}

/** Blobs are read so many bytes at a time. */
const READ_BYTES = 256 * 1024;

/** The worker's end. Of one file it gets an order when the one before is done. */
export function serveBodyWriter(): void {
  const handles = new Map<string, SyncAccessHandle>();
  addEventListener('message', async ({ data }: MessageEvent<Order>) => {
    const memory = 'append' in data && !(data.append instanceof Blob) ? data.append.buffer : null;
    const done: Done = { id: data.id, memory };
    try {
      await obey(handles, data);
    } catch (error) {
      done.error = error;
    }
    postMessage(done, { transfer: memory ? [memory] : [] });
  });
}

async function obey(handles: Map<string, SyncAccessHandle>, order: Order): Promise<void> {
  const { name } = order;
  if ('open' in order) {
    handles.set(name, await open(order.open.fetchKey, name));
    return;
  }
  const handle = handles.get(name);
  if (!handle) throw new Error('The file is not open: the body writer is another one by now.');
  if ('append' in order) return append(handle, order.append);
  handles.delete(name);
  try {
    handle.flush();
  } finally {
    handle.close();
  }
}

async function open(fetchKey: string, name: string): Promise<SyncAccessHandle> {
  const directory = await bodyDirectory(fetchKey);
  const file = (await directory.getFileHandle(name, { create: true })) as FileSystemFileHandle & {
    createSyncAccessHandle(): Promise<SyncAccessHandle>;
  };
  return file.createSyncAccessHandle();
}

async function append(handle: SyncAccessHandle, bytes: Bytes): Promise<void> {
  if (!(bytes instanceof Blob)) return write(handle, bytes);
  const reader = bytes.stream().getReader({ mode: 'byob' });
  let memory = new ArrayBuffer(READ_BYTES);
  for (;;) {
    const { value, done } = await reader.read(new Uint8Array(memory));
    if (done) return;
    write(handle, value);
    memory = value.buffer;
  }
}

function write(handle: SyncAccessHandle, bytes: Uint8Array): void {
  if (handle.write(bytes) < bytes.byteLength)
    throw new DOMException('The disk took a part of the bytes only.', 'QuotaExceededError');
}

/**
 * So many files one worker writes. What passes through it leaves garbage, which Chromium lets pile up as long as the worker
 * lives: over 3 GiB that was more than all else.
 */
const FILES_PER_WORKER = 16;

interface FileWorker {
  /** Whether it may be given another file. */
  takesMore(): boolean;
  open(fetchKey: string): BodyFile;
}

/**
 * The document's end: gives the function that opens files. Two workers take them in turn: while one waits until the disk has
 * all of its file, the other takes what comes.
 */
export function startBodyWriter(): (fetchKey: string) => BodyFile {
  let next: FileWorker | null = null;
  let other: FileWorker | null = null;
  return (fetchKey) => {
    [next, other] = [other, next];
    if (!next?.takesMore()) next = startWorker();
    return next.open(fetchKey);
  };
}

function startWorker(): FileWorker {
  const worker = new Worker('/body-writer.js');
  const waiting = new Map<number, PromiseWithResolvers<ArrayBuffer | null>>();
  let failure: Error | null = null;
  let last = 0;
  let files = 0;
  let openFiles = 0;

  worker.addEventListener('message', ({ data }: MessageEvent<Done>) => {
    const promise = waiting.get(data.id);
    waiting.delete(data.id);
    if (data.error === undefined) promise?.resolve(data.memory);
    else promise?.reject(data.error);
  });
  worker.addEventListener('error', (event) => {
    // It may be gone; whoever opens a file next gets another.
    failure = new Error(`The body writer failed: ${event.message}`);
    for (const { reject } of waiting.values()) reject(failure);
    waiting.clear();
    worker.terminate();
  });

  async function order(
    name: string,
    what: { open: { fetchKey: string } } | { append: Bytes } | { close: true },
  ): Promise<ArrayBuffer | null> {
    if (failure) throw failure;
    const id = ++last;
    const promise = Promise.withResolvers<ArrayBuffer | null>();
    waiting.set(id, promise);
    const moved = 'append' in what && !(what.append instanceof Blob) ? [what.append.buffer] : [];
    worker.postMessage({ id, name, ...what } satisfies Order, moved);
    return promise.promise;
  }

  const takesMore = () => failure === null && files < FILES_PER_WORKER;
  return {
    takesMore,
    open(fetchKey) {
      files += 1;
      openFiles += 1;
      const name = crypto.randomUUID();
      const opened = order(name, { open: { fetchKey } });
      // Who appends hears of it.
      void Promise.allSettled([opened]);
      return {
        name,
        async append(bytes) {
          await opened;
          return order(name, { append: bytes });
        },
        async close() {
          try {
            await opened;
            await order(name, { close: true });
          } finally {
            openFiles -= 1;
            if (!takesMore() && openFiles === 0) worker.terminate();
          }
        },
      };
    },
  };
}
