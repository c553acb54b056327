import 'fake-indexeddb/auto';
import { beforeEach, expect, test } from 'vitest';
import {
  addBackgroundFetch,
  beginDelivery,
  commit,
  finishDelivery,
  settleBackgroundFetch,
} from './background-fetches.ts';
import { db } from './database.ts';
import { boundHistory, deleteOrphans, expireUndelivered } from './housekeeping.ts';
import { changeSettings } from './settings.ts';
import {
  emptyDatabase,
  fetchRow,
  recordRows,
  requestHead,
  responseHead,
  storedFetch,
} from './testing/rows.ts';

const DAY = 86_400_000;
const NOW = 100 * DAY;

beforeEach(emptyDatabase);

/** Adds a background fetch with a body that came whole, settled so many days before {@link NOW}. */
async function settle(key: string, daysAgo: number): Promise<void> {
  await addBackgroundFetch(fetchRow({ key, id: key, recordCount: 1 }), recordRows(key, [requestHead('/')]));
  const bytes = { parts: [new Blob(['body'])], size: 4 };
  await commit(key, [{ index: 0, bytes, change: { response: responseHead(), result: 'success' } }], 4);
  await settleBackgroundFetch(key);
  await db.backgroundFetches.update(key, { settledAt: NOW - daysAgo * DAY });
}

const counts = async () => [
  await db.backgroundFetches.count(),
  await db.records.count(),
  await db.bodies.count(),
];

test('after the hand-over nothing is left but a line of history', async () => {
  await settle('key', 0);
  await beginDelivery('key');
  await finishDelivery('key', 'event');
  expect(await counts()).toEqual([1, 0, 0]);
});

test('what its site did not come for in time is let go, and the history says so', async () => {
  await settle('old', 31);
  await settle('young', 29);
  expect(await expireUndelivered(NOW)).toEqual(['old']);
  expect(await storedFetch('old')).toMatchObject({ state: 'done', deliveredBy: 'expired' });
  expect(await storedFetch('young')).toMatchObject({ state: 'settled' });
  expect(await counts()).toEqual([2, 1, 1]);
});

test('the person says how long', async () => {
  await settle('key', 8);
  await changeSettings({ keepDays: 7 });
  expect(await expireUndelivered(NOW)).toEqual(['key']);
});

test('what is being handed over stays', async () => {
  await settle('key', 31);
  await beginDelivery('key');
  expect(await expireUndelivered(NOW)).toEqual([]);
  expect(await counts()).toEqual([1, 1, 1]);
});

test('what is not there yet stays, however long it takes', async () => {
  await addBackgroundFetch(fetchRow({ recordCount: 1, state: 'paused' }), []);
  expect(await expireUndelivered(NOW)).toEqual([]);
});

test('the history keeps the latest 500', async () => {
  const rows = Array.from({ length: 510 }, (_, index) =>
    fetchRow({
      key: String(index),
      id: String(index),
      state: 'done',
      listed: 0,
      doneAt: (index * 7919) % 510,
    }),
  );
  await db.backgroundFetches.bulkAdd([...rows, fetchRow({ key: 'active' })]);
  await boundHistory();
  const left = await db.backgroundFetches.where('state').equals('done').toArray();
  expect(left).toHaveLength(500);
  expect(Math.min(...left.map(({ doneAt }) => doneAt))).toBe(10);
  expect(await storedFetch('active')).toBeDefined();
});

test('records, bodies and log lines of nothing are deleted, and no others', async () => {
  await settle('kept', 0);
  await settle('lost', 0);
  await settle('zzz lost', 0);
  await db.backgroundFetches.bulkDelete(['lost', 'zzz lost']);
  await deleteOrphans();
  expect(await counts()).toEqual([1, 1, 1]);
  expect(await db.records.toArray()).toMatchObject([{ fetchKey: 'kept' }]);
  expect(await db.log.orderBy('fetchKey').uniqueKeys()).toEqual(['kept']);
});
