/**
 * Stored bodies that can't be read any more: the disk failed, or something deleted them. They are never handed over short.
 */
import { nextFailureReason } from '../core/failure-reason.ts';
import { listedBackgroundFetch, move, recordsOf } from './background-fetches.ts';
import { contentOf, freePieces } from './bodies.ts';
import { deleteBodyFiles } from './body-files.ts';
import { db } from './database.ts';
import type { BackgroundFetchRow, RecordRow } from './schema.ts';

/** A record is fetched from zero so many times at most: a disk that keeps nothing ends in a failure. */
const MAX_GENERATIONS = 8;

/**
 * Makes a settled background fetch whose stored bodies can't all be read active again, to fetch those from zero; says
 * whether it did. Where that can't be (the request must not be made twice; the site has aborted it, or has another one
 * with its id by now) the record becomes a failure without a body.
 */
export async function reviveWithLostBodies(key: string): Promise<boolean> {
  const settled = await db.backgroundFetches.get(key);
  if (settled?.state !== 'settled') return false;
  const lost = await unreadableRecords(key);
  if (lost.length === 0) return false;
  console.warn(`Backfetch: ${lost.length} stored bodies for ${settled.origin} can't be read any more.`);
  const unused: string[] = [];
  const revived = await db.transaction(
    'rw',
    db.backgroundFetches,
    db.records,
    db.bodies,
    db.log,
    async () => {
      const row = await db.backgroundFetches.get(key);
      if (row?.state !== 'settled') return false;
      const isOpen = row.failureReason !== 'aborted' && !(await listedBackgroundFetch(row.scope, row.id));
      const records = lost.map((record) => (isOpen && canRefetch(record) ? untried(record) : failed(record)));
      await db.records.bulkPut(records);
      unused.push(...(await freePieces(lost.flatMap(({ pieces }) => pieces))));
      const counters = await countersOf(row);
      if (records.every(({ result }) => result !== '')) {
        const { failureReason } = row;
        const reason = failureReason === '' ? counters.firstFailure : failureReason;
        await db.backgroundFetches.update(key, { ...counters, result: 'failure', failureReason: reason });
        return false;
      }
      return move(key, 'active', { ...counters, listed: 1, result: '', failureReason: '', settledAt: 0 });
    },
  );
  await deleteBodyFiles(key, unused);
  return revived;
}

async function unreadableRecords(key: string): Promise<RecordRow[]> {
  /** Length of each body that can be read (bytes). */
  const sizes = new Map<number, number>();
  for (const id of await db.bodies.where({ fetchKey: key }).primaryKeys()) {
    const row = await db.bodies.get(id);
    if (!row) continue;
    try {
      const blob = await contentOf(row);
      await blob.slice(-1).arrayBuffer();
      sizes.set(id, blob.size);
    } catch (error) {
      console.warn('Backfetch: stored bytes can not be read.', error);
    }
  }
  const isLost = (record: RecordRow) => record.pieces.some(({ body, end }) => end > (sizes.get(body) ?? -1));
  return recordsOf(key).filter(isLost).toArray();
}

function canRefetch({ request, generation }: RecordRow): boolean {
  return request.method === 'GET' && generation + 1 < MAX_GENERATIONS;
}

const NOTHING_STORED = { pieces: [], storedBytes: 0, response: null };

function untried(record: RecordRow): RecordRow {
  const generation = record.generation + 1;
  return { ...record, ...NOTHING_STORED, generation, result: '', failedTries: 0, retryAt: 0 };
}

function failed(record: RecordRow): RecordRow {
  return { ...record, ...NOTHING_STORED, result: 'fetch-error' };
}

export async function countersOf({ key, recordCount }: BackgroundFetchRow) {
  let firstFailure: BackgroundFetchRow['firstFailure'] = '';
  let storedBytes = 0;
  let open = 0;
  await recordsOf(key).each((record) => {
    storedBytes += record.storedBytes;
    if (record.result === '') open += 1;
    else firstFailure = nextFailureReason(firstFailure, record.result);
  });
  return { firstFailure, storedBytes, downloaded: storedBytes, settledCount: recordCount - open };
}
