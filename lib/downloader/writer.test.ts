import { beforeEach, expect, test, vi } from 'vitest';
import type { RecordWrite } from '../store/background-fetches.ts';
import { Writer } from './writer.ts';

const MIB = 1024 * 1024;

/** A disk that stores a batch when it is told to. */
function disk() {
  const batches: number[][] = [];
  const waiting: { resolve: () => void; reject: (error: Error) => void }[] = [];
  const commit = (writes: RecordWrite[]) => {
    batches.push(writes.map(({ index }) => index));
    return new Promise<void>((resolve, reject) => waiting.push({ resolve, reject }));
  };
  const next = async () => {
    await vi.waitFor(() => expect(waiting.length).toBeGreaterThan(0));
    return waiting.shift();
  };
  return {
    batches,
    commit,
    store: async () => (await next())?.resolve(),
    fail: async (error: Error) => (await next())?.reject(error),
  };
}

const write = (index: number, size: number): RecordWrite => ({ index, bytes: { parts: [], size } });

/** Whether the promise is still waiting when everything that could go on has gone on. */
async function isWaiting(promise: Promise<unknown>): Promise<boolean> {
  let waiting = true;
  const over = () => {
    waiting = false;
  };
  promise.then(over, over);
  await new Promise<void>((resolve) => setImmediate(resolve));
  return waiting;
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  return () => vi.useRealTimers();
});

test('small writes wait a moment for others and are stored together, in order', async () => {
  const { batches, commit } = disk();
  const writer = new Writer(commit);
  for (let index = 0; index < 5; index += 1) await writer.write(write(index, 10));
  expect(batches).toEqual([]);
  await vi.advanceTimersByTimeAsync(100);
  expect(batches).toEqual([[0, 1, 2, 3, 4]]);
});

test('much is stored at once, and what comes meanwhile is the next batch', async () => {
  const { batches, commit, store } = disk();
  const writer = new Writer(commit);
  await writer.write(write(0, MIB));
  await vi.waitFor(() => expect(batches).toEqual([[0]]));
  await writer.write(write(1, MIB));
  await writer.write(write(2, 1));
  const drained = writer.drain();
  expect(batches).toEqual([[0]]);
  await store();
  await store();
  await drained;
  expect(batches).toEqual([[0], [1, 2]]);
});

test('drain resolves when everything is stored, not before', async () => {
  const { commit, store } = disk();
  const writer = new Writer(commit);
  await writer.write(write(0, 1));
  const drained = writer.drain();
  expect(await isWaiting(drained)).toBe(true);
  await store();
  await drained;
});

test('writers wait while the disk is far behind, and go on when it has caught up', async () => {
  const { commit, store } = disk();
  const writer = new Writer(commit);
  await writer.write(write(0, 32 * MIB));
  const second = writer.write(write(1, MIB));
  expect(await isWaiting(second)).toBe(true);
  await store();
  await second;
});

test('a disk that fails is told to who waits for room, to every later write and to drain', async () => {
  const { batches, commit, fail } = disk();
  const writer = new Writer(commit);
  await writer.write(write(0, 20 * MIB));
  const second = writer.write(write(1, 20 * MIB));
  const full = new Error('full');
  const refused = expect(second).rejects.toBe(full);
  await fail(full);
  await refused;
  await expect(writer.write(write(2, 1))).rejects.toBe(full);
  await expect(writer.drain()).rejects.toBe(full);
  expect(batches).toEqual([[0]]);
});
