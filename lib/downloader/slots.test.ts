import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Slots } from './slots.ts';

const never = new AbortController().signal;

/** Lets what can go on go on. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

test('no more run at once than there are slots, in all and of one origin', async () => {
  const slots = new Slots({ total: 3, perOrigin: 2 });
  const started: string[] = [];
  for (const origin of ['a', 'a', 'a', 'b', 'b', 'c'])
    void slots.acquire(origin, never).then(() => started.push(origin));
  await settle();
  expect(started).toEqual(['a', 'a', 'b']);
});

test('a site with thousands of requests does not keep another waiting', async () => {
  const slots = new Slots({ total: 2, perOrigin: 2 });
  const releases = [await slots.acquire('a', never), await slots.acquire('a', never)];
  const started: string[] = [];
  for (const origin of ['a', 'a', 'a', 'b'])
    void slots.acquire(origin, never).then(() => started.push(origin));
  releases[0]?.();
  await settle();
  expect(started).toEqual(['b']);
});

test('where more sites wait than there are slots, they take turns', async () => {
  const slots = new Slots({ total: 2, perOrigin: 2 });
  const releases = [await slots.acquire('a', never), await slots.acquire('a', never)];
  const started: string[] = [];
  for (const origin of ['a', 'a', 'b', 'b', 'c', 'c', 'd', 'd'])
    void slots.acquire(origin, never).then((release) => {
      started.push(origin);
      releases.push(release);
    });
  for (let next = releases.shift(); next; next = releases.shift()) {
    next();
    await settle();
  }
  expect(started.slice(0, 4).sort()).toEqual(['a', 'b', 'c', 'd']);
  expect(started.slice(4).sort()).toEqual(['a', 'b', 'c', 'd']);
});

test('requests of one origin start in the order in which they came', async () => {
  const slots = new Slots({ total: 1, perOrigin: 1 });
  const started: number[] = [];
  const run = async (index: number) => {
    const release = await slots.acquire('a', never);
    started.push(index);
    release();
  };
  await Promise.all([run(0), run(1), run(2)]);
  expect(started).toEqual([0, 1, 2]);
});

test('who gives up waiting is gone from the queue, and takes nothing from those behind', async () => {
  const slots = new Slots({ total: 1, perOrigin: 1 });
  const release = await slots.acquire('a', never);
  const controllers = [new AbortController(), new AbortController()];
  const gaveUp = controllers.map(({ signal }) => slots.acquire('a', signal));
  const behind = slots.acquire('a', never);
  const reason = new Error('paused');
  for (const controller of controllers) controller.abort(reason);
  for (const each of gaveUp) await expect(each).rejects.toBe(reason);
  release();
  (await behind)();
  await expect(slots.acquire('a', AbortSignal.abort(reason))).rejects.toBe(reason);
  await slots.acquire('b', never);
});

test('whatever comes and goes, limits hold and nobody waits while there is room', async () => {
  const step = fc.oneof(fc.constantFrom('a', 'b', 'c'), fc.nat(9));
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const slots = new Slots({ total: 4, perOrigin: 2 });
      const running: { origin: string; release: () => void }[] = [];
      const waiting = new Map([
        ['a', 0],
        ['b', 0],
        ['c', 0],
      ]);
      for (const each of steps) {
        if (typeof each === 'string') {
          waiting.set(each, (waiting.get(each) ?? 0) + 1);
          void slots.acquire(each, never).then((release) => {
            waiting.set(each, (waiting.get(each) ?? 0) - 1);
            running.push({ origin: each, release });
          });
        } else {
          running.splice(each % Math.max(1, running.length), 1)[0]?.release();
        }
        await settle();
        expect(running.length).toBeLessThanOrEqual(4);
        for (const [origin, count] of waiting) {
          const own = running.filter((one) => one.origin === origin).length;
          expect(own).toBeLessThanOrEqual(2);
          expect(count === 0 || own === 2 || running.length === 4).toBe(true);
        }
      }
    }),
    { numRuns: 50 },
  );
});

test('other limits hold at once: more let those who wait go on, fewer wait for running ones to end', async () => {
  const slots = new Slots({ total: 1, perOrigin: 1 });
  const releases: (() => void)[] = [];
  for (const origin of ['a', 'b', 'c', 'd', 'e'])
    void slots.acquire(origin, never).then((release) => releases.push(release));
  await settle();
  expect(releases).toHaveLength(1);
  slots.setLimits({ total: 3, perOrigin: 1 });
  await settle();
  expect(releases).toHaveLength(3);
  slots.setLimits({ total: 2, perOrigin: 1 });
  releases[0]?.();
  await settle();
  expect(releases).toHaveLength(3);
  releases[1]?.();
  await settle();
  expect(releases).toHaveLength(4);
});
