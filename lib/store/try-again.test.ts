import 'fake-indexeddb/auto';
import { beforeEach, expect, test } from 'vitest';
import {
  abortBackgroundFetch,
  addBackgroundFetch,
  beginDelivery,
  clearHistory,
  commit,
  dropBackgroundFetch,
  finishDelivery,
  recordsOf,
  settleBackgroundFetch,
} from './background-fetches.ts';
import { readResponse } from './bodies.ts';
import { db } from './database.ts';
import { logOf } from './log.ts';
import {
  emptyDatabase,
  fetchRow,
  recordRows,
  requestHead,
  storedFetch,
  storedRecord,
} from './testing/rows.ts';
import { tryAgain } from './try-again.ts';

beforeEach(emptyDatabase);

const row = (changes = {}) => fetchRow({ recordCount: 2, ...changes });
const requests = [requestHead('/good'), requestHead('/bad')];

/** A background fetch of which one record succeeded and one failed. */
async function failedFetch(): Promise<void> {
  await addBackgroundFetch(row(), recordRows('key', requests));
  const bytes = { parts: [new Blob(['good'])], size: 4 };
  await commit(
    'key',
    [
      { index: 0, bytes, change: { result: 'success' } },
      { index: 1, change: { result: 'bad-status' } },
    ],
    4,
  );
  await settleBackgroundFetch('key');
}

test('what failed and waits for its site is made again, with what is there', async () => {
  await failedFetch();
  expect(await tryAgain('key')).toBe('key');
  expect(await storedFetch()).toMatchObject({
    state: 'active',
    listed: 1,
    result: '',
    settledCount: 1,
    storedBytes: 4,
  });
  const { pieces } = await readResponse(await storedRecord(0), 0);
  expect(await new Blob(pieces).text()).toBe('good');
  expect(await storedRecord(1)).toMatchObject({ result: '', failedTries: 0 });
  expect((await logOf('key')).map(({ event }) => event)).toEqual(['active', 'record', 'settled', 'active']);
});

test('bytes of what is made again are not kept', async () => {
  await addBackgroundFetch(row(), recordRows('key', requests));
  const bytes = (text: string) => ({ parts: [new Blob([text])], size: text.length });
  await commit('key', [{ index: 0, bytes: bytes('good'), change: { result: 'success' } }], 4);
  await commit('key', [{ index: 1, bytes: bytes('sorry'), change: { result: 'bad-status' } }], 9);
  await settleBackgroundFetch('key');
  await tryAgain('key');
  expect(await db.bodies.count()).toBe(1);
  expect(await storedFetch()).toMatchObject({ storedBytes: 4, downloaded: 4 });
});

test('what the site knows to have failed is made again from nothing', async () => {
  await failedFetch();
  await beginDelivery('key');
  await finishDelivery('key', 'event');
  expect(await db.bodies.count()).toBe(0);
  const again = (await tryAgain('key')) ?? '';
  const records = await recordsOf(again).toArray();
  expect(records.map(({ request, result, storedBytes }) => [request.url, result, storedBytes])).toEqual(
    requests.map(({ url }) => [url, '', 0]),
  );
  expect(await storedFetch(again)).toMatchObject({
    state: 'active',
    settledCount: 0,
    recordsAvailable: true,
  });
});

test('not what succeeded, was aborted, or is downloaded by the site itself again', async () => {
  await addBackgroundFetch(row(), recordRows('key', requests));
  expect(await tryAgain('key')).toBeNull();
  await abortBackgroundFetch('key');
  expect(await tryAgain('key')).toBeNull();
  await emptyDatabase();
  await failedFetch();
  await addBackgroundFetch(row({ key: 'other' }), recordRows('other', requests));
  expect(await tryAgain('key')).toBeNull();
  expect(await tryAgain('nobody')).toBeNull();
});

test('a dropped one gives its bytes back, but not while the site takes them', async () => {
  await failedFetch();
  await beginDelivery('key');
  expect(await dropBackgroundFetch('key')).toBe(false);
  await emptyDatabase();
  await failedFetch();
  expect(await dropBackgroundFetch('key')).toBe(true);
  expect(await storedFetch()).toMatchObject({ state: 'done', deliveredBy: 'dropped' });
  expect(await db.bodies.count()).toBe(0);
});

test('cleared from the list, nothing is left of it', async () => {
  await failedFetch();
  await dropBackgroundFetch('key');
  expect(await clearHistory('key')).toBe(1);
  for (const table of db.tables) expect(await table.count(), table.name).toBe(0);
});
