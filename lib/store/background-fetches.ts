/** Every change of a background fetch in the database, each one transaction. */
import { Dexie } from 'dexie';
import { nextFailureReason } from '../core/failure-reason.ts';
import { isExposed } from '../core/response.ts';
import { canMove, UNSETTLED } from '../core/states.ts';
import { canTryAgain } from '../core/try-again.ts';
import { CallFailure } from '../protocol/rpc.ts';
import type { Snapshot, UIOptions } from '../protocol/wire.ts';
import { addBodies, deleteFilesOf, freePieces, type NewBytes } from './bodies.ts';
import { deleteBodyDirectory, deleteBodyFiles } from './body-files.ts';
import { db } from './database.ts';
import { type News, note, noteAll } from './log.ts';
import type { BackgroundFetchRow, DeliveredBy, Piece, RecordRow, State } from './schema.ts';

/** The background fetch as a site may see it. */
export function snapshotOf(row: BackgroundFetchRow): Snapshot {
  const {
    key,
    id,
    uploadTotal,
    uploaded,
    downloadTotal,
    downloaded,
    result,
    failureReason,
    recordsAvailable,
  } = row;
  return {
    key,
    id,
    uploadTotal,
    uploaded,
    downloadTotal,
    downloaded,
    result,
    failureReason,
    recordsAvailable,
  };
}

/** All records of a background fetch, in order. */
export function recordsOf(fetchKey: string) {
  return db.records.where('[fetchKey+index]').between([fetchKey, Dexie.minKey], [fetchKey, Dexie.maxKey]);
}

/** The background fetch with this id among its registration's active ones. */
export function listedBackgroundFetch(scope: string, id: string): Promise<BackgroundFetchRow | undefined> {
  return db.backgroundFetches.where('[scope+id+listed]').equals([scope, id, 1]).first();
}

/** The ids of a registration's active background fetches, oldest first. */
export async function listedIds(scope: string): Promise<string[]> {
  const rows = await db.backgroundFetches.where('[scope+listed]').equals([scope, 1]).sortBy('startedAt');
  return rows.map((row) => row.id);
}

/** A site's background fetches that still take room: all that are not yet mere history. */
export function openBackgroundFetches(origin: string): Promise<BackgroundFetchRow[]> {
  return db.backgroundFetches
    .where({ origin })
    .and((row) => row.state !== 'done')
    .toArray();
}

/** The scopes of the registrations that these belong to. */
export async function unfinishedScopes(origin: string): Promise<Set<string>> {
  return new Set((await openBackgroundFetches(origin)).map(({ scope }) => scope));
}

/** Of each site so many finished background fetches stay as history. */
const MAX_HISTORY = 100;

async function forgetOldest(origin: string): Promise<void> {
  const done = await db.backgroundFetches
    .where({ origin })
    .and((row) => row.state === 'done')
    .sortBy('doneAt');
  await forget(done.slice(0, Math.max(0, done.length - MAX_HISTORY)).map((row) => row.key));
}

/** Deletes what is still known of finished background fetches. */
async function forget(keys: string[]): Promise<void> {
  for (const key of keys) {
    await recordsOf(key).delete();
    await db.log.where({ fetchKey: key }).delete();
  }
  await db.backgroundFetches.bulkDelete(keys);
}

/** Rejects with a TypeError for the site where its registration has a background fetch with this id. */
export async function checkIdIsFree(scope: string, id: string): Promise<void> {
  if (!(await listedBackgroundFetch(scope, id))) return;
  throw new CallFailure(
    'TypeError',
    `There is already a background fetch with the id "${id}". Wait for it, abort it, or take another id.`,
  );
}

/** Adds a background fetch, if its id is free. */
export function addBackgroundFetch(row: BackgroundFetchRow, records: RecordRow[]): Promise<void> {
  return db.transaction('rw', db.backgroundFetches, db.records, db.log, async () => {
    await checkIdIsFree(row.scope, row.id);
    // Their order is by when they started: of two within a millisecond, too.
    const before = await db.backgroundFetches.where('[scope+listed]').equals([row.scope, 1]).toArray();
    const startedAt = Math.max(row.startedAt, ...before.map((each) => each.startedAt + 1));
    await db.backgroundFetches.add({ ...row, startedAt });
    await db.records.bulkAdd(records);
    await note(row.key, row.state, `${row.recordCount} requests`);
    await forgetOldest(row.origin);
  });
}

/** Moves between states where that is legal; says whether it moved. */
export function move(key: string, to: State, change: Partial<BackgroundFetchRow> = {}): Promise<boolean> {
  return db.transaction('rw', db.backgroundFetches, db.log, async () => {
    const row = await db.backgroundFetches.get(key);
    if (!row || !canMove(row.state, to)) return false;
    await db.backgroundFetches.update(key, { ...change, state: to });
    await note(key, to, change.failureReason ?? change.deliveredBy ?? '');
    return true;
  });
}

/** Pauses an active background fetch, if every request is a GET. */
export async function pauseBackgroundFetch(key: string): Promise<boolean> {
  const row = await db.backgroundFetches.get(key);
  return row?.pausable === true && move(key, 'paused', { retryAt: 0 });
}

export function resumeBackgroundFetch(key: string): Promise<boolean> {
  return db.transaction('rw', db.backgroundFetches, db.log, async () => {
    const row = await db.backgroundFetches.get(key);
    // One that is settled may become active again too, but only for want of bytes.
    return row !== undefined && UNSETTLED.includes(row.state) && move(key, 'active');
  });
}

/** A record of which nothing has come yet. */
export const UNTRIED = {
  response: null,
  result: '' as const,
  pieces: [],
  storedBytes: 0,
  asSite: false,
  sent: false,
  failedTries: 0,
  retryAt: 0,
} satisfies Partial<RecordRow>;

/** What a record gained. Fields that are absent stay as they are. */
export interface RecordWrite {
  index: number;
  /** Forgets the stored body and response first: the record has started again from zero. */
  restart?: true;
  /** To append to the stored body. */
  bytes?: NewBytes;
  change?: Partial<Pick<RecordRow, 'response' | 'result' | 'asSite' | 'sent' | 'failedTries' | 'retryAt'>>;
}

/**
 * Stores what records gained, bodies and state together. `downloaded` is the background fetch's new count of arrived
 * bytes. Waits until files are on the disk. Says false, and stores nothing, when the background fetch takes no more (it was
 * aborted or removed). A record that exceeds downloadTotal ends the others with it.
 */
export async function commit(fetchKey: string, writes: RecordWrite[], downloaded: number): Promise<boolean> {
  const written = writes.flatMap(({ bytes }) => (bytes && 'file' in bytes ? bytes : []));
  const files = written.map(({ file }) => file);
  // Until they are named in the database they count for nothing.
  let unused: string[] | null = null;
  try {
    await allWritten(written.map((bytes) => bytes.written));
    unused = await store(fetchKey, writes, downloaded, files.length > 0);
  } finally {
    await deleteBodyFiles(fetchKey, unused ?? files);
  }
  return unused !== null;
}

/** Rejects as the first that does, but not while one is still being written: what is open can't be deleted. */
async function allWritten(written: Promise<void>[]): Promise<void> {
  await Promise.allSettled(written);
  await Promise.all(written);
}

/** Stores in one transaction. Returns the files to be deleted after it; null where nothing is taken any more. */
function store(
  fetchKey: string,
  writes: RecordWrite[],
  downloaded: number,
  hasFiles: boolean,
): Promise<string[] | null> {
  return db.transaction('rw', db.backgroundFetches, db.records, db.bodies, db.log, async () => {
    const row = await db.backgroundFetches.get(fetchKey);
    if (!row || !UNSETTLED.includes(row.state)) return null;
    const indexes = [...new Set(writes.map((write) => write.index))];
    const rows = await db.records.bulkGet(indexes.map((index) => [fetchKey, index]));
    const records = new Map(rows.flatMap((record) => (record ? [[record.index, record] as const] : [])));
    const places = await addBodies(
      fetchKey,
      writes.flatMap(({ bytes }) => bytes ?? []),
    );
    const news: News[] = [];
    const forgotten: Piece[] = [];
    for (const write of writes) {
      const record = records.get(write.index);
      if (record?.result !== '') continue;
      if (write.restart) forgotten.push(...restart(row, record));
      news.push(...newsOf(write));
      const place = write.bytes && places.get(write.bytes);
      if (place) {
        record.pieces.push(place);
        record.storedBytes += place.end - place.start;
        row.storedBytes += place.end - place.start;
      }
      Object.assign(record, write.change);
      if (record.result !== '') {
        row.settledCount += 1;
        row.firstFailure = nextFailureReason(row.firstFailure, record.result);
        if (!isExposed(record.result)) forgotten.push(...forgetBody(row, record));
      }
    }
    await db.records.bulkPut([...records.values()]);
    await noteAll(fetchKey, news);
    const { storedBytes, settledCount, firstFailure } = row;
    await db.backgroundFetches.update(fetchKey, {
      storedBytes,
      settledCount,
      firstFailure,
      downloaded,
      ...(hasFiles && { hasFiles }),
    });
    const unused = await freePieces(forgotten);
    // The specification's "immediateFailure".
    if (writes.some(({ change }) => change?.result === 'download-total-exceeded'))
      unused.push(...(await endRest(fetchKey, 'aborted')));
    return unused;
  });
}

/** Of a record that succeeds there is nothing to tell: there may be thousands. */
function* newsOf({ index, restart, change }: RecordWrite): Generator<News> {
  if (restart) yield { event: 'restart', detail: `request ${index}` };
  if (change?.retryAt)
    yield { event: 'retry', detail: `request ${index}, after ${change.failedTries} failed tries` };
  if (change?.result && change.result !== 'success')
    yield { event: 'record', detail: `request ${index}: ${change.result}` };
}

/** The body has to be fetched from zero. Returns the pieces that are not needed any more. */
function restart(row: BackgroundFetchRow, record: RecordRow): Piece[] {
  record.generation += 1;
  record.response = null;
  return forgetBody(row, record);
}

/** Takes the body from a record. Returns the pieces that are not needed any more. */
function forgetBody(row: BackgroundFetchRow, record: RecordRow): Piece[] {
  const { pieces, storedBytes } = record;
  row.storedBytes -= storedBytes;
  record.pieces = [];
  record.storedBytes = 0;
  return pieces;
}

/** What changes from moment to moment while a background fetch is performed. */
export type Progress = Pick<
  BackgroundFetchRow,
  'downloaded' | 'uploaded' | 'retryAt' | 'failedTries' | 'triesAllowed'
>;

/** Tells of progress that is not stored otherwise: bytes on their way, and tries to come. */
export function setProgress(key: string, progress: Progress): Promise<number> {
  const active = db.backgroundFetches.where('key').equals(key);
  return active.and((row) => row.state === 'active').modify({ ...progress });
}

/** Makes whatever waits for another try due at once. */
export function tryNow(key: string): Promise<void> {
  return db.transaction('rw', db.backgroundFetches, db.records, db.log, async () => {
    await db.records.where('[fetchKey+result]').equals([key, '']).modify({ retryAt: 0 });
    await db.backgroundFetches.update(key, { retryAt: 0 });
  });
}

/**
 * Takes a background fetch out of its registration's map, which makes its failure reason "aborted", and ends it: https://wicg.github.io/background-fetch/#background-fetch-registration-abort
 * Says false where it was not listed any more.
 */
export async function abortBackgroundFetch(key: string): Promise<boolean> {
  const unused = await db.transaction('rw', [db.backgroundFetches, db.records, db.bodies, db.log], async () =>
    abort(key),
  );
  if (unused) await deleteBodyFiles(key, unused);
  return unused !== null;
}

/** Aborts within a transaction. Returns the files to be deleted after it; null where there was nothing to abort. */
async function abort(key: string): Promise<string[] | null> {
  const row = await db.backgroundFetches.get(key);
  if (!row || row.listed === 0) return null;
  await db.backgroundFetches.update(key, { listed: 0 });
  const unused = await endRest(key, 'aborted');
  await settleBackgroundFetch(key);
  return unused;
}

/**
 * The disk is full: the abort all flag of the specification ends every record that has no result, with this one. Their files
 * go first, so that there is room to write it down.
 */
export async function abortAll(key: string, result: 'quota-exceeded'): Promise<void> {
  const open = await db.records.where('[fetchKey+result]').equals([key, '']).toArray();
  await deleteFilesOf(
    key,
    open.flatMap(({ pieces }) => pieces),
  );
  await db.transaction('rw', db.backgroundFetches, db.records, db.bodies, async () => endRest(key, result));
}

/** Ends the records that have no result, within a transaction. Returns the files to be deleted after it. */
async function endRest(key: string, result: 'aborted' | 'quota-exceeded'): Promise<string[]> {
  const row = await db.backgroundFetches.get(key);
  if (!row) return [];
  const forgotten: Piece[] = [];
  const ended = await db.records
    .where('[fetchKey+result]')
    .equals([key, ''])
    .modify((record) => {
      forgotten.push(...forgetBody(row, record));
      record.result = result;
    });
  if (ended === 0) return [];
  await db.backgroundFetches.update(key, {
    storedBytes: row.storedBytes,
    settledCount: row.settledCount + ended,
    firstFailure: nextFailureReason(row.firstFailure, result),
  });
  return freePieces(forgotten);
}

/**
 * Settles a background fetch whose records all have a result; says whether it did.
 * https://wicg.github.io/background-fetch/#perform-a-background-fetch, from "Enqueue the following steps" on.
 */
export function settleBackgroundFetch(key: string): Promise<boolean> {
  return db.transaction('rw', db.backgroundFetches, db.log, async () => {
    const row = await db.backgroundFetches.get(key);
    // One that is being handed over may go back to "settled" too, but has its result.
    if (!row || row.settledCount < row.recordCount || !UNSETTLED.includes(row.state)) return false;
    const failureReason = row.listed === 1 ? row.firstFailure : 'aborted';
    return move(key, 'settled', {
      listed: 0,
      result: failureReason === '' ? 'success' : 'failure',
      failureReason,
      downloaded: row.storedBytes,
      retryAt: 0,
      settledAt: Date.now(),
    });
  });
}

/** A hand-off begins; says false where another one has it or it is over. */
export function beginDelivery(key: string): Promise<boolean> {
  return db.transaction('rw', db.backgroundFetches, db.log, async () => {
    const row = await db.backgroundFetches.get(key);
    return (
      row !== undefined && move(key, 'delivering', { deliveryAttempts: row.deliveryAttempts + 1, retryAt: 0 })
    );
  });
}

/** The site was there, and its service worker could not be told; says how often that was so. */
export async function countUnreachable(key: string): Promise<number> {
  await db.backgroundFetches
    .where('key')
    .equals(key)
    .modify((row) => {
      row.unreachableAttempts += 1;
    });
  return (await db.backgroundFetches.get(key))?.unreachableAttempts ?? 0;
}

/** The hand-off broke off; it is to be repeated, by us not before `retryAt` (ms since the epoch). */
export function deliveryFailed(key: string, retryAt: number): Promise<boolean> {
  return db.transaction('rw', db.backgroundFetches, db.log, async () => {
    const row = await db.backgroundFetches.get(key);
    // One that still downloads may move to "settled" too, but only with a result.
    return row?.state === 'delivering' && move(key, 'settled', { retryAt });
  });
}

/**
 * The site has acknowledged (or is gone): the bytes go, the row stays as a line of history; the requests too while the
 * person may want to make them again.
 */
export async function finishDelivery(
  key: string,
  deliveredBy: DeliveredBy,
  from: readonly State[] = ['settled', 'delivering'],
): Promise<boolean> {
  const ended = await db.transaction(
    'rw',
    [db.backgroundFetches, db.records, db.bodies, db.log],
    async () => {
      const row = await db.backgroundFetches.get(key);
      if (!row || !from.includes(row.state)) return null;
      return end(key, deliveredBy, canTryAgain({ ...row, state: 'done' }));
    },
  );
  if (ended?.hasFiles) await deleteBodyDirectory(key);
  return ended !== null;
}

/**
 * A service-worker registration is cleared, and its background fetches with it: they end without an event, so that none
 * reaches a later registration at this scope. Those that began at `before` (ms since the epoch) or later are of that one.
 * Returns their keys.
 * https://wicg.github.io/background-fetch/#privacy-and-bandwidth-use
 */
export async function clearBackgroundFetches(
  scope: string,
  before = Number.POSITIVE_INFINITY,
): Promise<string[]> {
  const rows = await db.backgroundFetches
    .where('[scope+listed]')
    .between([scope, Dexie.minKey], [scope, Dexie.maxKey])
    .filter(({ state, startedAt }) => state !== 'done' && startedAt < before)
    .toArray();
  for (const { key } of rows) await endBackgroundFetch(key, '');
  return rows.map(({ key }) => key);
}

/** Ends a background fetch without an event, whatever it is doing: aborts it where it is not settled, and gives back its space. */
export async function endBackgroundFetch(key: string, deliveredBy: DeliveredBy): Promise<void> {
  const ended = await db.transaction(
    'rw',
    [db.backgroundFetches, db.records, db.bodies, db.log],
    async () => {
      await abort(key);
      return end(key, deliveredBy, false);
    },
  );
  if (ended?.hasFiles) await deleteBodyDirectory(key);
}

/** Ends a background fetch within a transaction. Says whether there are body files to delete; null where it is no legal move. */
async function end(
  key: string,
  deliveredBy: DeliveredBy,
  keepRequests: boolean,
): Promise<{ hasFiles: boolean } | null> {
  const row = await db.backgroundFetches.get(key);
  if (!(await move(key, 'done', { recordsAvailable: false, deliveredBy, doneAt: Date.now() }))) return null;
  if (keepRequests) await recordsOf(key).modify(UNTRIED);
  else await recordsOf(key).delete();
  await db.bodies.where({ fetchKey: key }).delete();
  return { hasFiles: row?.hasFiles === true };
}

/** The person does not want to wait for the hand-over; says false while one is under way. */
export function dropBackgroundFetch(key: string): Promise<boolean> {
  return finishDelivery(key, 'dropped', ['settled']);
}

/** BackgroundFetchUpdateUIEvent.updateUI(): what the person sees. */
export function updateUI(key: string, { title, icons }: UIOptions): Promise<number> {
  return db.backgroundFetches.update(key, { ...(title !== undefined && { title }), ...(icons && { icons }) });
}

/** Takes finished background fetches (all, or one) out of the list, with what is still known of them. */
export function clearHistory(key?: string): Promise<number> {
  return db.transaction('rw', db.backgroundFetches, db.records, db.log, async () => {
    const done = await db.backgroundFetches.where('state').equals('done').primaryKeys();
    const keys = key === undefined ? done : done.filter((each) => each === key);
    await forget(keys);
    return keys.length;
  });
}
