import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Bandwidth } from './bandwidth.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const never = new AbortController().signal;

/** Receives `bytes` in chunks as a download does, `streams` at once; gives the time it took (ms). */
async function receive(bandwidth: Bandwidth, bytes: number, chunk: number, streams = 1): Promise<number> {
  const startedAt = Date.now();
  const stream = async () => {
    for (let left = bytes / streams; left > 0; left -= chunk) {
      await bandwidth.ready(never);
      bandwidth.spend(Math.min(left, chunk));
    }
    await bandwidth.ready(never);
  };
  const all = Promise.all(Array.from({ length: streams }, stream));
  await vi.runAllTimersAsync();
  await all;
  return Date.now() - startedAt;
}

test.each([
  [1_000_000, 64_000, 1],
  [1_000_000, 64_000, 6],
  [100_000, 262_144, 1],
  [20_000_000, 65_536, 4],
])(
  '%i bytes a second hold within a tenth, in chunks of %i over %i streams',
  async (limit, chunk, streams) => {
    const bandwidth = new Bandwidth();
    bandwidth.limit = limit;
    const time = await receive(bandwidth, 10 * limit, chunk, streams);
    expect(time).toBeGreaterThan(9_000);
    expect(time).toBeLessThan(11_000);
  },
);

test('without a limit nothing waits', async () => {
  expect(await receive(new Bandwidth(), 1e9, 1e6)).toBe(0);
});

test('a change is felt by those who wait', async () => {
  const bandwidth = new Bandwidth();
  bandwidth.limit = 1;
  bandwidth.spend(1000);
  let ready = false;
  const waiting = bandwidth.ready(never).then(() => {
    ready = true;
  });
  await vi.advanceTimersByTimeAsync(10_000);
  expect(ready).toBe(false);
  bandwidth.limit = 0;
  await waiting;
});

test('a clock that is set back makes nothing wait longer', async () => {
  const bandwidth = new Bandwidth();
  bandwidth.limit = 1000;
  bandwidth.spend(10_000);
  vi.setSystemTime(Date.now() - 86_400_000);
  const before = performance.now();
  const waiting = bandwidth.ready(never);
  await vi.runAllTimersAsync();
  await waiting;
  expect(performance.now() - before).toBeLessThan(11_000);
});

test('an aborted download waits no longer', async () => {
  const bandwidth = new Bandwidth();
  bandwidth.limit = 1;
  bandwidth.spend(1000);
  const controller = new AbortController();
  const waiting = bandwidth.ready(controller.signal);
  controller.abort(new Error('paused'));
  await expect(waiting).rejects.toThrow('paused');
  expect(vi.getTimerCount()).toBe(0);
});
