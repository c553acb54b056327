import { expect, test, vi } from 'vitest';
import type { HeaderList } from '../protocol/wire.ts';
import { watchBody } from './body-watch.ts';

const URL = 'https://site.example/data.json#mark';
type Counted = Partial<PerformanceResourceTiming>;

/** A browser that tells the observer of these counts as the body ends, or already has. */
function browserCounts(counts: Counted[], { told = false } = {}): void {
  const startTime = performance.now();
  const entries = counts.map((count) => ({
    name: URL,
    startTime,
    workerStart: 0,
    transferSize: 300,
    ...count,
  }));
  vi.stubGlobal(
    'PerformanceObserver',
    class {
      readonly #tell: (list: { getEntries(): unknown }) => void;
      constructor(tell: (list: { getEntries(): unknown }) => void) {
        this.#tell = tell;
      }
      observe() {
        if (told) this.#tell({ getEntries: () => entries });
      }
      takeRecords = () => (told ? [] : entries);
      disconnect() {}
    },
  );
}

/** Reads a body of one piece to its end. */
async function readAll(
  headers: HeaderList,
  { method = 'GET', status = 200 } = {},
): Promise<(string | null)[]> {
  const pieces = ['piece'];
  const watch = watchBody({ url: URL, method }, new AbortController().signal);
  const read = watch.whole({ status, headers }, async () => pieces.shift() ?? null);
  return [await read(), await read()];
}

const CODED: HeaderList = [
  ['content-encoding', 'gzip'],
  ['content-length', '100'],
];

test.each([{ told: false }, { told: true }])(
  'a body of fewer bytes than announced is an error: %o',
  async (when) => {
    browserCounts([{ encodedBodySize: 40 }], when);
    await expect(readAll(CODED)).rejects.toThrow(new TypeError('40 of 100 bytes came.'));
  },
);

test('a body of which nothing came is an error', async () => {
  browserCounts([{ encodedBodySize: 0 }]);
  await expect(readAll(CODED)).rejects.toThrow(TypeError);
});

test.each<[string, Counted[]]>([
  ['is whole', [{ encodedBodySize: 100 }]],
  ['was not counted', []],
  ['has a count that is not told', [{ encodedBodySize: 0, transferSize: 0 }]],
  ['came from a service worker', [{ encodedBodySize: 40, workerStart: 12 }]],
  ['is of an earlier request for the same', [{ encodedBodySize: 40, startTime: -500 }]],
  ['is of another request', [{ encodedBodySize: 40, name: 'https://site.example/other' }]],
])('a body that %s is none', async (_, counts) => {
  browserCounts(counts);
  expect(await readAll(CODED)).toEqual(['piece', null]);
});

test('what is announced without a body is none', async () => {
  browserCounts([{ encodedBodySize: 0 }]);
  expect(await readAll(CODED, { method: 'HEAD' })).toEqual(['piece', null]);
  expect(await readAll(CODED, { status: 304 })).toEqual(['piece', null]);
  expect(await readAll([])).toEqual(['piece', null]);
});
