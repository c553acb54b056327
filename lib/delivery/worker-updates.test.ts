import 'fake-indexeddb/auto';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Update } from '../protocol/calls.ts';
import { announceChange } from '../store/changes.ts';
import { db } from '../store/database.ts';
import type { BackgroundFetchRow } from '../store/schema.ts';
import { emptyDatabase, fetchRow } from '../store/testing/rows.ts';
import { WorkerUpdates } from './worker-updates.ts';

let updates: WorkerUpdates;
let told: Update[];

beforeEach(async () => {
  await emptyDatabase();
  await db.backgroundFetches.add(fetchRow());
  updates = new WorkerUpdates();
  told = [];
});
afterEach(() => updates.stop());

/** A worker that hears until it ends. */
const worker = (hears = true) =>
  vi.fn(async (update: Update) => {
    told.push(update);
    return hears;
  });

async function change(row: Partial<BackgroundFetchRow>): Promise<void> {
  await db.backgroundFetches.update('key', row);
  announceChange('key');
}

const untilTold = (count: number) => vi.waitUntil(() => told.length >= count);

test('tells what was seen as it is, and every change, until it has settled', async () => {
  updates.seen('key');
  const following = updates.follow(worker());
  await untilTold(1);
  await change({ downloaded: 5 });
  await untilTold(2);
  await change({ result: 'success' });
  await following;
  await change({ recordsAvailable: false });
  expect(told).toMatchObject([{ downloaded: 0 }, { downloaded: 5 }, { result: 'success' }]);
});

test('tells nothing of what was not seen, and has nothing to wait for then', async () => {
  const following = updates.follow(worker());
  await change({ downloaded: 5 });
  await following;
  expect(told).toEqual([]);
});

test('tells nothing when it was stopped before it began', async () => {
  updates.seen('key');
  updates.stop();
  await updates.follow(worker());
  expect(told).toEqual([]);
});

test('is over when the worker does not hear', async () => {
  updates.seen('key');
  const tell = worker(false);
  await updates.follow(tell);
  await change({ downloaded: 5 });
  expect(tell).toHaveBeenCalledOnce();
});

test('a worker that hears slowly is told of the newest only', async () => {
  updates.seen('key');
  const heard = Promise.withResolvers<boolean>();
  const tell = vi.fn(async (update: Update) => {
    told.push(update);
    return heard.promise;
  });
  void updates.follow(tell);
  await untilTold(1);
  for (const downloaded of [1, 2, 3]) await change({ downloaded });
  heard.resolve(true);
  await untilTold(2);
  expect(told.map(({ downloaded }) => downloaded)).toEqual([0, 3]);
});

test('looks now and then, for what changed elsewhere and whether the worker lives', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  try {
    updates.seen('key');
    void updates.follow(worker());
    await untilTold(1);
    await db.backgroundFetches.update('key', { downloaded: 7 });
    vi.advanceTimersByTime(10_000);
    await untilTold(2);
    expect(told.at(-1)).toMatchObject({ downloaded: 7 });
  } finally {
    vi.useRealTimers();
  }
});
