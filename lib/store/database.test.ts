/** What earlier versions stored is there, and usable, in this one. */
import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { listedIds, pauseBackgroundFetch, resumeBackgroundFetch } from './background-fetches.ts';
import { readResponse } from './bodies.ts';
import { db } from './database.ts';
import { readSettings } from './settings.ts';
import { permissionOf } from './sites.ts';
import { RELEASED, writeDatabase } from './testing/released.ts';
import { fetchRow, ORIGIN, recordRows, requestHead, storedFetch, storedRecord } from './testing/rows.ts';

const bodyOf = async (key: string) => {
  const { pieces } = await readResponse(await storedRecord(0, key), 0);
  return new Blob(pieces).text();
};

/** A field that is new needs a version of the database that gives it to the rows that are there. */
const fields = (row: object | undefined) => Object.keys(row ?? {}).sort();

describe.each(RELEASED)('a database of version $version', (released) => {
  beforeEach(async () => {
    await writeDatabase(released);
    await db.open();
  });
  afterEach(() => db.delete({ disableAutoOpen: false }));

  test('keeps downloads with their bytes, whatever state they are in', async () => {
    expect(await storedFetch('half')).toMatchObject({ title: 'Half', state: 'paused', storedBytes: 4 });
    expect(await bodyOf('half')).toBe('half');
    expect(await storedFetch('whole')).toMatchObject({ title: 'Whole', state: 'settled', result: 'success' });
    expect(await bodyOf('whole')).toBe('whole song');
    expect(await storedFetch('old')).toMatchObject({ title: 'Old', state: 'done', deliveredBy: 'event' });
  });

  test('lets downloads go on', async () => {
    expect(await listedIds(`${ORIGIN}/`)).toEqual(['half']);
    expect(await resumeBackgroundFetch('half')).toBe(true);
    expect(await pauseBackgroundFetch('half')).toBe(true);
  });

  test('has every field that rows of this version have', async () => {
    for (const row of await db.backgroundFetches.toArray()) expect(fields(row)).toEqual(fields(fetchRow()));
    const [record] = recordRows('key', [requestHead('/')]);
    for (const row of await db.records.toArray()) expect(fields(row)).toEqual(fields(record));
  });

  test('keeps what the person said', async () => {
    expect(await readSettings()).toMatchObject({ takeOver: true, notify: false });
    expect(await permissionOf('https://unwanted.example')).toBe('block');
  });
});
