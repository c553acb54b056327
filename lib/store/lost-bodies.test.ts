import 'fake-indexeddb/auto';
import { beforeEach, expect, test, vi } from 'vitest';
import {
  abortBackgroundFetch,
  addBackgroundFetch,
  beginDelivery,
  commit,
  resumeBackgroundFetch,
  settleBackgroundFetch,
} from './background-fetches.ts';
import { db } from './database.ts';
import { reviveWithLostBodies } from './lost-bodies.ts';
import { OWN_ROW_BYTES } from './schema.ts';
import {
  emptyDatabase,
  fetchRow,
  recordRows,
  requestHead,
  responseHead,
  storedFetch,
  storedRecord,
} from './testing/rows.ts';

beforeEach(async () => {
  await emptyDatabase();
  vi.spyOn(console, 'warn').mockImplementation(() => {});
  return () => vi.restoreAllMocks();
});

/** Settles a background fetch of these requests, each answered with a body in a row of its own. */
async function settle(methods: string[], end: 'settle' | 'abort' = 'settle'): Promise<void> {
  const requests = methods.map((method, index) => requestHead(`/${index}`, { method }));
  await addBackgroundFetch(fetchRow({ recordCount: methods.length }), recordRows('key', requests));
  const bytes = () => ({ parts: [new Blob(['x'.repeat(OWN_ROW_BYTES)])], size: OWN_ROW_BYTES });
  const change = { response: responseHead(), result: 'success' } as const;
  const answered = end === 'settle' ? methods : methods.slice(1);
  await commit(
    'key',
    answered.map((_, index) => ({ index, bytes: bytes(), change })),
    methods.length * OWN_ROW_BYTES,
  );
  if (end === 'settle') await settleBackgroundFetch('key');
  else await abortBackgroundFetch('key');
}

async function loseBody(index: number): Promise<void> {
  await db.bodies.delete((await storedRecord(index)).pieces[0]?.body ?? 0);
}

test('what can be read is handed over', async () => {
  await settle(['GET', 'POST']);
  expect(await reviveWithLostBodies('key')).toBe(false);
  expect(await storedFetch()).toMatchObject({ state: 'settled', result: 'success' });
});

test('a lost body is fetched again, and no other', async () => {
  await settle(['GET', 'GET']);
  await loseBody(1);
  expect(await reviveWithLostBodies('key')).toBe(true);
  expect(await storedFetch()).toMatchObject({
    state: 'active',
    listed: 1,
    result: '',
    settledCount: 1,
    storedBytes: OWN_ROW_BYTES,
    downloaded: OWN_ROW_BYTES,
  });
  expect(await storedRecord(0)).toMatchObject({ result: 'success', storedBytes: OWN_ROW_BYTES });
  expect(await storedRecord(1)).toMatchObject({ result: '', response: null, storedBytes: 0, generation: 1 });
});

test('a body that is shorter than it was is lost, and what is left of it is not kept', async () => {
  await settle(['GET']);
  await db.bodies.toCollection().modify({ content: new Blob(['short']) });
  expect(await reviveWithLostBodies('key')).toBe(true);
  expect(await db.bodies.count()).toBe(0);
});

test('a body whose bytes can not be read is lost', async () => {
  await settle(['GET']);
  vi.spyOn(Blob.prototype, 'arrayBuffer').mockRejectedValue(new DOMException('', 'NotReadableError'));
  expect(await reviveWithLostBodies('key')).toBe(true);
});

test('the lost answer to what must not be sent twice is a failure', async () => {
  await settle(['POST', 'GET']);
  await loseBody(0);
  expect(await reviveWithLostBodies('key')).toBe(false);
  expect(await storedFetch()).toMatchObject({
    state: 'settled',
    result: 'failure',
    failureReason: 'fetch-error',
    downloaded: OWN_ROW_BYTES,
  });
  expect(await storedRecord(0)).toMatchObject({ result: 'fetch-error', response: null, pieces: [] });
});

test('nothing is fetched for what was aborted', async () => {
  await settle(['GET', 'GET'], 'abort');
  await loseBody(0);
  expect(await reviveWithLostBodies('key')).toBe(false);
  expect(await storedFetch()).toMatchObject({ state: 'settled', failureReason: 'aborted' });
  expect(await storedRecord(0)).toMatchObject({ result: 'fetch-error', pieces: [] });
});

test('nothing is fetched where the site has another one with the id', async () => {
  await settle(['GET']);
  await loseBody(0);
  await addBackgroundFetch(fetchRow({ key: 'other' }), []);
  expect(await reviveWithLostBodies('key')).toBe(false);
  expect(await storedFetch()).toMatchObject({ state: 'settled', failureReason: 'fetch-error' });
});

test('a disk that keeps nothing ends in a failure', async () => {
  await settle(['GET']);
  await loseBody(0);
  await db.records.toCollection().modify({ generation: 7 });
  expect(await reviveWithLostBodies('key')).toBe(false);
  expect(await storedFetch()).toMatchObject({ state: 'settled', failureReason: 'fetch-error' });
});

test('one that is being handed over is left alone', async () => {
  await settle(['GET']);
  await loseBody(0);
  await beginDelivery('key');
  expect(await reviveWithLostBodies('key')).toBe(false);
  expect(await storedFetch()).toMatchObject({ state: 'delivering' });
});

test('the person can not make a settled one active', async () => {
  await settle(['GET']);
  expect(await resumeBackgroundFetch('key')).toBe(false);
  expect(await storedFetch()).toMatchObject({ state: 'settled' });
});
