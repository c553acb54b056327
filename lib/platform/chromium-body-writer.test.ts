import { afterEach, expect, test, vi } from 'vitest';
import { startBodyWriter } from './chromium-body-writer.ts';

afterEach(() => vi.unstubAllGlobals());

/** Workers as they are started; `answer` is what each does with an order. */
function stubWorkers(answer: (worker: EventTarget, name: string, count: number) => void): void {
  let count = 0;
  class FakeWorker extends EventTarget {
    #gone = false;
    readonly #count = ++count;
    postMessage({ name }: { name: string }) {
      if (!this.#gone) answer(this, name, this.#count);
    }
    terminate() {
      this.#gone = true;
    }
  }
  vi.stubGlobal('Worker', FakeWorker);
}

test('a writer that dies fails those who wait, and the next piece has another', async () => {
  stubWorkers((worker, name, count) => {
    if (count === 1) worker.dispatchEvent(Object.assign(new Event('error'), { message: 'out of memory' }));
    else worker.dispatchEvent(new MessageEvent('message', { data: { name } }));
  });
  const write = startBodyWriter();
  await expect(write('key', [])).rejects.toThrow('out of memory');
  await expect(write('key', [])).resolves.toEqual(expect.any(String));
});

test('a disk that is full is told to who writes, and ends no writer', async () => {
  const full = new DOMException('', 'QuotaExceededError');
  stubWorkers((worker, name, count) => {
    expect(count).toBe(1);
    worker.dispatchEvent(new MessageEvent('message', { data: { name, error: full } }));
  });
  const write = startBodyWriter();
  await expect(write('key', [])).rejects.toBe(full);
  await expect(write('key', [])).rejects.toBe(full);
});
