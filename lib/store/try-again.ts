import { canTryAgain } from '../core/try-again.ts';
import { addBackgroundFetch, listedBackgroundFetch, move, recordsOf, UNTRIED } from './background-fetches.ts';
import { freePieces } from './bodies.ts';
import { deleteBodyFiles } from './body-files.ts';
import { db } from './database.ts';
import { countersOf } from './lost-bodies.ts';
import type { BackgroundFetchRow, Piece } from './schema.ts';

/** Of a background fetch that is active again. */
const UNSETTLED = {
  listed: 1,
  result: '',
  failureReason: '',
  firstFailure: '',
  settledAt: 0,
  retryAt: 0,
  deliveryAttempts: 0,
} as const satisfies Partial<BackgroundFetchRow>;

/**
 * Makes the failed requests of a background fetch again. Gives the key of the active one, or null where there can be none:
 * it has not failed, or the site has another one with its id.
 */
export async function tryAgain(key: string): Promise<string | null> {
  const unused: string[] = [];
  const again = await db.transaction('rw', db.backgroundFetches, db.records, db.bodies, db.log, async () => {
    const row = await db.backgroundFetches.get(key);
    if (!row || !canTryAgain(row) || (await listedBackgroundFetch(row.scope, row.id))) return null;
    if (row.state === 'done') return makeAnew(row);
    const pieces: Piece[] = [];
    await recordsOf(key)
      .filter(({ result }) => result !== 'success')
      .modify((record) => {
        pieces.push(...record.pieces);
        Object.assign(record, UNTRIED, { generation: record.generation + 1 });
      });
    unused.push(...(await freePieces(pieces)));
    await move(key, 'active', { ...UNSETTLED, ...(await countersOf(row)) });
    return key;
  });
  await deleteBodyFiles(key, unused);
  return again;
}

/** The site knows the old one to have ended: this is another, of which it hears by its event. */
async function makeAnew(row: BackgroundFetchRow): Promise<string> {
  const key = crypto.randomUUID();
  const records = await recordsOf(row.key).toArray();
  await recordsOf(row.key).delete();
  await db.log.where({ fetchKey: row.key }).modify({ fetchKey: key });
  await db.backgroundFetches.delete(row.key);
  await addBackgroundFetch(
    {
      ...row,
      ...UNSETTLED,
      key,
      state: 'active',
      recordsAvailable: true,
      settledCount: 0,
      storedBytes: 0,
      downloaded: 0,
      doneAt: 0,
      deliveredBy: '',
    },
    records.map((record) => ({ ...record, fetchKey: key })),
  );
  return key;
}
