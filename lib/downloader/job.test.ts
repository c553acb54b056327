import 'fake-indexeddb/auto';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { addBackgroundFetch } from '../store/background-fetches.ts';
import { emptyDatabase, fetchRow, recordRows, requestHead, storedRecord } from '../store/testing/rows.ts';
import { Job } from './job.ts';
import { scriptedSurroundings } from './testing/scripted-server.ts';

const MIB = 2 ** 20;

beforeEach(emptyDatabase);
afterEach(() => vi.unstubAllGlobals());

/** What comes of storing `size` bytes where the device has room for `quota`. */
async function store(size: number, quota: number): Promise<void> {
  vi.stubGlobal('navigator', { storage: { estimate: async () => ({ quota, usage: 0 }) } });
  const row = fetchRow();
  await addBackgroundFetch(row, recordRows('key', [requestHead('/file')]));
  const { surroundings } = scriptedSurroundings(() => ({}), {});
  const job = new Job(row, surroundings, new AbortController().signal);
  const record = await storedRecord();
  const piece = 40 * MIB;
  for (let stored = 0; stored < size; stored += piece) {
    await job.gain(record, { bytes: { parts: [new Uint8Array(piece)], size: piece } });
    await job.drain();
  }
}

test('a download that has not said how long it is ends where its site has no room left', async () => {
  await expect(store(160 * MIB, 100 * MIB)).rejects.toMatchObject({ name: 'QuotaExceededError' });
});

test('and goes on where it has', async () => {
  await store(160 * MIB, 1024 * MIB);
});
