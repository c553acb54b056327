import { afterEach, expect, test, vi } from 'vitest';
import { startBodyWriter } from './chromium-body-writer.ts';

afterEach(() => vi.unstubAllGlobals());

type Answer = 'dies' | { error: unknown } | undefined;

/**
 * Workers as they are started; `answer` is what each does with an order: by default it obeys. Returns what tells how many
 * there are.
 */
function stubWorkers(answer: (order: object, count: number) => Answer): () => number {
  let count = 0;
  let gone = 0;
  class FakeWorker extends EventTarget {
    #gone = false;
    readonly #count = ++count;
    postMessage(order: { id: number; append?: Uint8Array }, transfer: ArrayBuffer[]) {
      if (this.#gone) return;
      const { append } = structuredClone(order, { transfer });
      const said = answer(order, this.#count);
      if (said === 'dies')
        this.dispatchEvent(Object.assign(new Event('error'), { message: 'out of memory' }));
      else
        this.dispatchEvent(
          new MessageEvent('message', { data: { id: order.id, memory: append?.buffer ?? null, ...said } }),
        );
    }
    terminate() {
      if (!this.#gone) gone += 1;
      this.#gone = true;
    }
  }
  vi.stubGlobal('Worker', FakeWorker);
  return () => count - gone;
}

test('bytes go with their memory, which comes back', async () => {
  stubWorkers(() => undefined);
  const file = startBodyWriter()('key');
  const bytes = new Uint8Array(new ArrayBuffer(8), 2, 3);
  const memory = await file.append(bytes);
  expect(bytes.byteLength).toBe(0);
  expect(memory?.byteLength).toBe(8);
  await expect(file.close()).resolves.toBeUndefined();
});

test('a writer that dies fails those who wait, and the pieces after that are written', async () => {
  stubWorkers((order, count) => (count === 1 && 'append' in order ? 'dies' : undefined));
  const open = startBodyWriter();
  await expect(open('key').append(new Uint8Array(1))).rejects.toThrow('out of memory');
  for (const _ of [1, 2]) {
    await expect(open('key').append(new Uint8Array(1))).resolves.toHaveProperty('byteLength', 1);
  }
});

test('while one file goes to the disk another writer takes the next', async () => {
  const seen: number[] = [];
  stubWorkers((order, count) => {
    if ('append' in order) seen.push(count);
    return undefined;
  });
  const open = startBodyWriter();
  for (const _ of [1, 2, 3]) await open('key').append(new Uint8Array(1));
  expect(seen).toEqual([1, 2, 1]);
});

test('a worker has its end after many files, and all of them were written', async () => {
  const workers = stubWorkers(() => undefined);
  const open = startBodyWriter();
  const first = open('key');
  for (let count = 0; count < 100; count += 1) {
    const file = open('key');
    await file.append(new Uint8Array(1));
    await file.close();
  }
  // The one that has the first file, and the two that take what comes.
  expect(workers()).toBe(3);
  await expect(first.append(new Uint8Array(1))).resolves.toHaveProperty('byteLength', 1);
  await first.close();
  expect(workers()).toBe(2);
});

test('a disk that is full is told to who writes, and ends no writer', async () => {
  const full = new DOMException('', 'QuotaExceededError');
  let workers = 0;
  stubWorkers((order, count) => {
    workers = Math.max(workers, count);
    return 'append' in order ? { error: full } : undefined;
  });
  const open = startBodyWriter();
  for (const _ of [1, 2, 3, 4]) {
    await expect(open('key').append(new Uint8Array(1))).rejects.toBe(full);
  }
  expect(workers).toBe(2);
});
