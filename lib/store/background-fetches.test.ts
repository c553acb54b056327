import 'fake-indexeddb/auto';
import * as fc from 'fast-check';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { isExposed } from '../core/response.ts';
import { canMove, UNSETTLED } from '../core/states.ts';
import { canTryAgain } from '../core/try-again.ts';
import type { RecordResponse, RecordResult } from '../protocol/wire.ts';
import {
  abortAll,
  abortBackgroundFetch,
  addBackgroundFetch,
  beginDelivery,
  clearBackgroundFetches,
  clearHistory,
  commit,
  deliveryFailed,
  finishDelivery,
  listedBackgroundFetch,
  listedIds,
  pauseBackgroundFetch,
  type RecordWrite,
  recordsOf,
  resumeBackgroundFetch,
  setProgress,
  settleBackgroundFetch,
  snapshotOf,
  updateUI,
} from './background-fetches.ts';
import { readResponse, readResponses } from './bodies.ts';
import { db } from './database.ts';
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

beforeEach(emptyDatabase);

/** Adds a background fetch with so many records. */
async function add(recordCount: number, changes: Parameters<typeof fetchRow>[0] = {}) {
  const row = fetchRow({ recordCount, ...changes });
  const requests = Array.from({ length: recordCount }, (_, index) => requestHead(`/${index}`));
  await addBackgroundFetch(row, recordRows(row.key, requests));
  return row;
}

function bytesWrite(index: number, text: string): RecordWrite {
  return { index, bytes: { parts: [new Blob([text])], size: text.length } };
}

function textOf({ pieces }: RecordResponse): Promise<string> {
  return new Blob(pieces).text();
}

async function bodyOf(index: number, fetchKey = 'key'): Promise<string> {
  return textOf(await readResponse(await storedRecord(index, fetchKey), 0));
}

/** Ends every record so. */
async function endRecords(count: number, result: RecordResult = 'success', key = 'key') {
  const writes = Array.from({ length: count }, (_, index) => ({ index, change: { result } }));
  await commit(key, writes, 0);
}

const NO_PROGRESS = { downloaded: 0, uploaded: 0, retryAt: 0, failedTries: 0, triesAllowed: 0 };

describe('adding', () => {
  test('an id that is taken is refused to the registration, and nothing of the new one stays', async () => {
    await add(1);
    await expect(add(2, { key: 'other' })).rejects.toMatchObject({ error: { name: 'TypeError' } });
    expect(await db.backgroundFetches.count()).toBe(1);
    expect(await db.records.count()).toBe(1);
  });

  test('another registration may have the same id, and so may a later background fetch', async () => {
    await add(1);
    await add(1, { key: 'other', scope: 'https://site.example/other/' });
    await abortBackgroundFetch('key');
    await add(1, { key: 'later' });
    expect((await listedBackgroundFetch('https://site.example/', 'id'))?.key).toBe('later');
  });

  test('ids are listed in the order in which they began, whatever the clock says, while they are active', async () => {
    await add(1, { key: 'b', id: 'first', startedAt: 3 });
    await add(1, { key: 'a', id: 'second', startedAt: 3 });
    await add(1, { key: 'c', id: 'third', startedAt: 1 });
    await add(1, { key: 'd', id: 'gone', startedAt: 2 });
    await abortBackgroundFetch('d');
    expect(await listedIds('https://site.example/')).toEqual(['first', 'second', 'third']);
  });
});

describe('commit', () => {
  test('small bodies of one commit share a row and each record reads its own', async () => {
    await add(3);
    await commit('key', [bytesWrite(0, 'one'), bytesWrite(1, 'three'), bytesWrite(2, 'x')], 9);
    await commit('key', [bytesWrite(1, ' more')], 14);
    expect(await db.bodies.count()).toBe(2);
    expect(await Promise.all([bodyOf(0), bodyOf(1), bodyOf(2)])).toEqual(['one', 'three more', 'x']);
    expect(await storedFetch()).toMatchObject({ storedBytes: 14, downloaded: 14 });
  });

  test('a large body has a row of its own, whose Blob is handed on as it is', async () => {
    await add(2);
    const large = 'x'.repeat(OWN_ROW_BYTES);
    await commit('key', [bytesWrite(0, 'a'), bytesWrite(1, large), bytesWrite(0, 'b')], 0);
    expect(await db.bodies.count()).toBe(2);
    expect(await bodyOf(0)).toBe('ab');
    expect(await bodyOf(1)).toBe(large);
    const record = await storedRecord(1);
    expect(record.pieces).toEqual([{ body: record.pieces[0]?.body, start: 0, end: OWN_ROW_BYTES }]);
  });

  test('a record that starts again forgets its body and response, and gives back the space of large rows', async () => {
    await add(2);
    const large = 'x'.repeat(OWN_ROW_BYTES);
    const response = responseHead({ status: 200 });
    await commit('key', [{ ...bytesWrite(0, large), change: { response } }, bytesWrite(1, 'other')], 0);
    await commit('key', [{ ...bytesWrite(0, 'anew'), restart: true }], 0);
    expect(await storedRecord(0)).toMatchObject({ generation: 1, response: null, storedBytes: 4 });
    expect(await bodyOf(0)).toBe('anew');
    expect(await bodyOf(1)).toBe('other');
    expect((await storedFetch()).storedBytes).toBe(9);
    const sizes = (await db.bodies.toArray()).map(({ content }) => (content as Blob).size);
    expect(Math.max(...sizes)).toBeLessThan(OWN_ROW_BYTES);
  });

  test('nothing more comes to a record that has its result', async () => {
    await add(1);
    await commit('key', [{ ...bytesWrite(0, 'all'), change: { result: 'success' } }], 3);
    await commit('key', [bytesWrite(0, ' and more'), { index: 0, change: { result: 'fetch-error' } }], 3);
    expect(await bodyOf(0)).toBe('all');
    expect(await storedRecord(0)).toMatchObject({ result: 'success', storedBytes: 3 });
    expect(await storedFetch()).toMatchObject({ settledCount: 1, firstFailure: '', storedBytes: 3 });
  });

  test('the first failure is kept', async () => {
    await add(3);
    await endRecords(1);
    await commit('key', [{ index: 2, change: { result: 'bad-status' } }], 0);
    await commit('key', [{ index: 1, change: { result: 'fetch-error' } }], 0);
    expect(await storedFetch()).toMatchObject({ settledCount: 3, firstFailure: 'bad-status' });
  });

  test('a background fetch that has ended, or was never there, takes nothing', async () => {
    await add(1);
    await abortBackgroundFetch('key');
    expect(await commit('key', [bytesWrite(0, 'late')], 4)).toBe(false);
    expect(await commit('nobody', [bytesWrite(0, 'late')], 4)).toBe(false);
    expect(await db.bodies.count()).toBe(0);
    expect(await storedFetch()).toMatchObject({ downloaded: 0, storedBytes: 0 });
  });

  test('what arrives while it is paused is kept', async () => {
    await add(1);
    await pauseBackgroundFetch('key');
    expect(await commit('key', [bytesWrite(0, 'kept')], 4)).toBe(true);
    expect(await bodyOf(0)).toBe('kept');
  });
});

describe('reading', () => {
  test('from any offset on, the rest of the body comes, whatever its pieces', async () => {
    await add(2);
    await fc.assert(
      fc
        .asyncProperty(
          fc.array(fc.string({ maxLength: 5, unit: 'binary-ascii' })),
          fc.nat(30),
          async (texts, offset) => {
            for (const text of texts) await commit('key', [bytesWrite(1, 'noise'), bytesWrite(0, text)], 0);
            const whole = texts.join('');
            expect(await textOf(await readResponse(await storedRecord(0), offset))).toBe(whole.slice(offset));
          },
        )
        .beforeEach(async () => {
          await emptyDatabase();
          await add(2);
        }),
      { numRuns: 25 },
    );
  });

  test('many records are read in one go, each with its own head and result', async () => {
    await add(2);
    const response = responseHead({ status: 404 });
    await commit(
      'key',
      [bytesWrite(1, 'b'), { ...bytesWrite(0, 'a'), change: { response, result: 'bad-status' } }],
      2,
    );
    const responses = await readResponses(await recordsOf('key').toArray());
    expect(responses).toMatchObject([
      { head: response, result: 'bad-status' },
      { head: null, result: '' },
    ]);
    expect(await Promise.all(responses.map(textOf))).toEqual(['a', 'b']);
  });

  test('bytes that are gone are told as such, not as a shorter body', async () => {
    await add(1);
    await commit('key', [bytesWrite(0, 'a')], 1);
    const record = await storedRecord(0);
    await db.bodies.clear();
    await expect(readResponse(record, 0)).rejects.toThrow('gone');
  });
});

describe('pausing', () => {
  test('a paused background fetch goes on as an active one', async () => {
    await add(1);
    expect(await pauseBackgroundFetch('key')).toBe(true);
    expect((await storedFetch()).state).toBe('paused');
    expect(await pauseBackgroundFetch('key')).toBe(false);
    expect(await resumeBackgroundFetch('key')).toBe(true);
    expect((await storedFetch()).state).toBe('active');
  });

  test('one with a request that can not be repeated is not paused', async () => {
    await add(1, { pausable: false });
    expect(await pauseBackgroundFetch('key')).toBe(false);
    expect((await storedFetch()).state).toBe('active');
  });

  test('late progress does not change what a paused one shows', async () => {
    await add(1, { downloaded: 5 });
    await setProgress('key', { ...NO_PROGRESS, downloaded: 7, retryAt: 99 });
    expect(await storedFetch()).toMatchObject({ downloaded: 7, retryAt: 99 });
    await pauseBackgroundFetch('key');
    await setProgress('key', { ...NO_PROGRESS, downloaded: 9, retryAt: 99 });
    expect(await storedFetch()).toMatchObject({ downloaded: 7, retryAt: 0 });
  });
});

describe('the end', () => {
  test('a background fetch settles when its last record has, and leaves the list', async () => {
    await add(2);
    await endRecords(1);
    expect(await settleBackgroundFetch('key')).toBe(false);
    await endRecords(2);
    expect(await settleBackgroundFetch('key')).toBe(true);
    expect(snapshotOf(await storedFetch())).toMatchObject({
      result: 'success',
      failureReason: '',
      recordsAvailable: true,
    });
    expect(await listedIds('https://site.example/')).toEqual([]);
    expect(await settleBackgroundFetch('key')).toBe(false);
  });

  test('one record that failed makes it a failure for that reason', async () => {
    await add(2);
    await commit('key', [{ index: 1, change: { result: 'bad-status' } }], 0);
    await endRecords(1);
    await settleBackgroundFetch('key');
    expect(await storedFetch()).toMatchObject({ result: 'failure', failureReason: 'bad-status' });
  });

  test('the site aborts: it is over at once, for that reason whatever else failed, and records that succeeded stay', async () => {
    await add(3);
    await commit('key', [bytesWrite(0, 'a'), { index: 1, change: { result: 'bad-status' } }], 7);
    await commit('key', [{ index: 0, change: { result: 'success' } }], 7);
    expect(await abortBackgroundFetch('key')).toBe(true);
    expect(await storedFetch()).toMatchObject({
      state: 'settled',
      result: 'failure',
      failureReason: 'aborted',
      downloaded: 1,
      recordsAvailable: true,
    });
    expect((await storedRecord(0)).result).toBe('success');
    expect((await storedRecord(2)).result).toBe('aborted');
    expect(await bodyOf(0)).toBe('a');
  });

  test.each(['active', 'paused', 'pending'] as const)(
    'one that is %s can be aborted, once',
    async (state) => {
      await add(1, { state });
      expect(await abortBackgroundFetch('key')).toBe(true);
      expect(await abortBackgroundFetch('key')).toBe(false);
    },
  );

  test('one that has settled can not be aborted any more', async () => {
    await add(1);
    await endRecords(1);
    await settleBackgroundFetch('key');
    expect(await abortBackgroundFetch('key')).toBe(false);
    expect(await storedFetch()).toMatchObject({ result: 'success', failureReason: '' });
  });

  test('a full disk ends the records that had not ended', async () => {
    await add(2);
    await endRecords(1);
    await abortAll('key', 'quota-exceeded');
    await settleBackgroundFetch('key');
    expect(await storedFetch()).toMatchObject({ failureReason: 'quota-exceeded', settledCount: 2 });
    expect((await storedRecord(0)).result).toBe('success');
  });
});

describe('the space of what no site may see', () => {
  /** Two records of which a part has come, in a row that they share, and one that is whole. */
  async function addHalf(): Promise<void> {
    await add(3);
    await commit('key', [bytesWrite(0, 'half'), bytesWrite(1, 'half')], 8);
    await commit('key', [{ ...bytesWrite(2, 'whole'), change: { result: 'success' } }], 13);
    expect(await db.bodies.count()).toBe(2);
  }

  test('is given back when a record fails, as far as no other has a part of it', async () => {
    await addHalf();
    await commit('key', [{ ...bytesWrite(0, ' more') }], 18);
    await commit('key', [{ index: 0, change: { result: 'fetch-error' } }], 13);
    expect(await storedRecord(0)).toMatchObject({ pieces: [], storedBytes: 0 });
    expect(await db.bodies.count()).toBe(2);
    expect([await bodyOf(1), await bodyOf(2)]).toEqual(['half', 'whole']);
    expect((await storedFetch()).storedBytes).toBe(9);
  });

  test('but not when it ends with a status that the site sees', async () => {
    await add(1);
    await commit('key', [{ ...bytesWrite(0, 'sorry'), change: { result: 'bad-status' } }], 5);
    expect(await bodyOf(0)).toBe('sorry');
  });

  test('is given back when the site aborts', async () => {
    await addHalf();
    await abortBackgroundFetch('key');
    expect(await db.bodies.count()).toBe(1);
    expect(await bodyOf(2)).toBe('whole');
    expect(await storedFetch()).toMatchObject({ downloaded: 5, storedBytes: 5 });
  });

  test('is given back when the disk is full, files before all else', async () => {
    await addHalf();
    const bytes = { size: OWN_ROW_BYTES, file: 'large', written: Promise.resolve() };
    await commit('key', [{ index: 0, bytes }], 0);
    const deleted: string[] = [];
    const directory = {
      getDirectoryHandle: async () => directory,
      removeEntry: async (name: string) => {
        expect((await storedRecord(0)).result).toBe('');
        deleted.push(name);
      },
    };
    vi.stubGlobal('navigator', { storage: { getDirectory: async () => directory } });
    await abortAll('key', 'quota-exceeded');
    vi.unstubAllGlobals();
    expect(deleted).toEqual(['large']);
    expect(await db.bodies.count()).toBe(1);
    expect(await storedFetch()).toMatchObject({ settledCount: 3, storedBytes: 5 });
  });
});

test('one record that exceeds downloadTotal ends all others with it, whatever dies just then', async () => {
  await add(3);
  await commit('key', [bytesWrite(0, 'half'), { index: 1, change: { result: 'success' } }], 4);
  await commit('key', [{ index: 2, change: { result: 'download-total-exceeded' } }], 4);
  expect((await recordsOf('key').toArray()).map(({ result }) => result)).toEqual([
    'aborted',
    'success',
    'download-total-exceeded',
  ]);
  expect(await storedFetch()).toMatchObject({
    settledCount: 3,
    firstFailure: 'download-total-exceeded',
    storedBytes: 0,
  });
});

describe('the hand-off', () => {
  beforeEach(async () => {
    await add(1);
    await add(1, { key: 'other', id: 'other' });
    for (const key of ['key', 'other']) {
      await commit(key, [{ ...bytesWrite(0, 'body'), change: { result: 'success' } }], 4);
      await settleBackgroundFetch(key);
    }
  });

  test('only one takes it up', async () => {
    expect(await Promise.all([beginDelivery('key'), beginDelivery('key')])).toEqual([true, false]);
    expect(await storedFetch()).toMatchObject({ state: 'delivering', deliveryAttempts: 1 });
  });

  test('is not disturbed by a download that only now sees that it is over', async () => {
    await beginDelivery('key');
    expect(await settleBackgroundFetch('key')).toBe(false);
    expect(await storedFetch()).toMatchObject({ state: 'delivering', result: 'success', failureReason: '' });
  });

  test('one that broke off is repeated, with everything still there', async () => {
    await beginDelivery('key');
    expect(await deliveryFailed('key', 77)).toBe(true);
    expect(await storedFetch()).toMatchObject({ state: 'settled', retryAt: 77 });
    expect(await beginDelivery('key')).toBe(true);
    expect(await storedFetch()).toMatchObject({ deliveryAttempts: 2, retryAt: 0 });
    expect(await bodyOf(0)).toBe('body');
  });

  test('the acknowledgement lets go of its bytes and records, and of no others', async () => {
    await beginDelivery('key');
    expect(await finishDelivery('key', 'event')).toBe(true);
    expect(await storedFetch()).toMatchObject({
      state: 'done',
      recordsAvailable: false,
      deliveredBy: 'event',
      result: 'success',
    });
    expect(await recordsOf('key').count()).toBe(0);
    expect(await db.bodies.where({ fetchKey: 'key' }).count()).toBe(0);
    expect(await bodyOf(0, 'other')).toBe('body');
  });

  test('only finished ones leave the list of history', async () => {
    await beginDelivery('key');
    await finishDelivery('key', 'event');
    expect(await clearHistory('other')).toBe(0);
    expect(await clearHistory()).toBe(1);
    expect(await db.backgroundFetches.toCollection().primaryKeys()).toEqual(['other']);
  });

  test('a new title and new icons are shown, and what is not given stays', async () => {
    await updateUI('key', { title: 'Done' });
    await updateUI('key', { icons: [{ src: 'https://site.example/i.png' }] });
    expect(await storedFetch()).toMatchObject({
      title: 'Done',
      icons: [{ src: 'https://site.example/i.png' }],
    });
  });
});

describe('whatever happens in whatever order', () => {
  /** Sizes around the bound where a body gets a row of its own would make the run slow; both kinds are tested above. */
  const text = fc.string({ minLength: 1, maxLength: 4, unit: 'binary-ascii' });
  const write: fc.Arbitrary<RecordWrite> = fc
    .record({
      index: fc.nat(3),
      restart: fc.boolean(),
      text: fc.option(text),
      result: fc.option(
        fc.constantFrom<RecordResult>('success', 'bad-status', 'fetch-error', 'download-total-exceeded'),
      ),
    })
    .map(({ index, restart, text: bytes, result }) => ({
      index,
      ...(restart && { restart }),
      ...(bytes !== null && { bytes: { parts: [new TextEncoder().encode(bytes)], size: bytes.length } }),
      ...(result !== null && { change: { result } }),
    }));
  const operation = fc.oneof(
    { weight: 4, arbitrary: fc.array(write, { minLength: 1, maxLength: 4 }) },
    {
      weight: 5,
      arbitrary: fc.constantFrom(
        'pause',
        'resume',
        'abort',
        'full disk',
        'settle',
        'begin',
        'break off',
        'finish',
      ),
    },
  );
  const run = (
    step: 'pause' | 'resume' | 'abort' | 'full disk' | 'settle' | 'begin' | 'break off' | 'finish',
  ) => {
    switch (step) {
      case 'pause':
        return pauseBackgroundFetch('key');
      case 'resume':
        return resumeBackgroundFetch('key');
      case 'abort':
        return abortBackgroundFetch('key');
      case 'full disk':
        return abortAll('key', 'quota-exceeded');
      case 'settle':
        return settleBackgroundFetch('key');
      case 'begin':
        return beginDelivery('key');
      case 'break off':
        return deliveryFailed('key', 1);
      case 'finish':
        return finishDelivery('key', 'event');
    }
  };

  test('states move as they may, results stay, counts are right, and bytes last until the end', async () => {
    await fc.assert(
      fc
        .asyncProperty(fc.array(operation, { maxLength: 14 }), async (operations) => {
          /** What each record's body should be, and its result. */
          const model = Array.from({ length: 3 }, () => ({ body: '', result: '' as RecordResult }));
          let before = await storedFetch();
          for (const step of operations) {
            if (typeof step === 'string') await run(step);
            else if (await commit('key', step, 0)) for (const each of step) applyTo(model, each);
            const after = await storedFetch();
            if (after.state !== before.state) expect(canMove(before.state, after.state)).toBe(true);
            if (before.result !== '') {
              expect([after.result, after.failureReason]).toEqual([before.result, before.failureReason]);
            }
            const records = await recordsOf('key').toArray();
            if (after.state === 'done') {
              // The requests of one that may be tried again stay, but nothing that came for them.
              expect([records.length, await db.bodies.count(), after.recordsAvailable]).toEqual([
                canTryAgain(after) ? 3 : 0,
                0,
                false,
              ]);
              for (const record of records) expect(record).toMatchObject({ pieces: [], response: null });
            } else {
              records.forEach(({ index, result }) => {
                const expected = model[index];
                if (expected && expected.result !== '') expect(result).toBe(expected.result);
                if (expected) expected.result = result;
                if (expected && !isExposed(result)) expected.body = '';
              });
              expect(await Promise.all(records.map(({ index }) => bodyOf(index)))).toEqual(
                model.map(({ body }) => body),
              );
              expect(after.settledCount).toBe(records.filter(({ result }) => result !== '').length);
              expect(after.storedBytes).toBe(model.reduce((sum, { body }) => sum + body.length, 0));
            }
            expect(after.listed).toBe(['pending', 'active', 'paused'].includes(after.state) ? 1 : 0);
            expect(after.result === '').toBe(after.listed === 1);
            before = after;
          }
        })
        .beforeEach(async () => {
          await emptyDatabase();
          await add(3);
        }),
      { numRuns: 60 },
    );
  });

  function applyTo(
    model: { body: string; result: RecordResult }[],
    { index, restart, bytes, change }: RecordWrite,
  ) {
    const record = model[index];
    if (record?.result !== '') return;
    if (restart) record.body = '';
    for (const part of bytes && 'parts' in bytes ? bytes.parts : [])
      record.body += new TextDecoder().decode(part as Uint8Array);
    record.result = change?.result ?? '';
  }
});

test('two places that act at once leave one truth: aborting against settling against pausing', async () => {
  for (let round = 0; round < 10; round += 1) {
    await emptyDatabase();
    await add(1);
    const [, settled, aborted] = await Promise.all([
      endRecords(1),
      settleBackgroundFetch('key'),
      abortBackgroundFetch('key'),
      pauseBackgroundFetch('key'),
    ]);
    const { state, failureReason, settledCount } = await storedFetch();
    expect(state).toBe('settled');
    expect(settledCount).toBe(1);
    expect(failureReason).toBe(aborted && !settled ? 'aborted' : '');
  }
});

test('a cleared registration takes its background fetches along, whatever their state, and no other scope’s', async () => {
  const states = ['pending', 'active', 'paused', 'settled', 'delivering', 'done'] as const;
  for (const state of states) {
    const listed = UNSETTLED.includes(state) ? 1 : 0;
    await db.backgroundFetches.add(fetchRow({ key: state, id: state, state, listed }));
  }
  await db.backgroundFetches.add(fetchRow({ key: 'other', scope: 'https://site.example/other/' }));
  await db.bodies.add({ fetchKey: 'settled', content: new Blob(['body']) });
  const cleared = await clearBackgroundFetches('https://site.example/');
  expect(cleared.toSorted()).toEqual(states.filter((state) => state !== 'done').toSorted());
  for (const state of states) expect((await db.backgroundFetches.get(state))?.state).toBe('done');
  expect((await db.backgroundFetches.get('active'))?.failureReason).toBe('aborted');
  expect((await db.backgroundFetches.get('other'))?.state).toBe('active');
  expect(await db.bodies.count()).toBe(0);
});
