/** Letting go of what nobody will ask for any more. */
import { Dexie } from 'dexie';
import { clearHistory, finishDelivery, recordsOf } from './background-fetches.ts';
import { db } from './database.ts';
import { readSettings } from './settings.ts';

const DAY = 86_400_000;
/** So many finished background fetches are remembered. */
const HISTORY = 500;

/**
 * Ends background fetches whose sites did not come for the result within the time that the person has set. Returns their
 * keys. Those being handed over just now are left alone.
 */
export async function expireUndelivered(now: number): Promise<string[]> {
  const { keepDays } = await readSettings();
  const settled = await db.backgroundFetches.where('state').equals('settled').toArray();
  const keys = settled.filter(({ settledAt }) => settledAt < now - keepDays * DAY).map(({ key }) => key);
  for (const key of keys) await finishDelivery(key, 'expired');
  return keys;
}

/** Forgets the oldest finished background fetches. */
export async function boundHistory(): Promise<void> {
  const done = await db.backgroundFetches.where('state').equals('done').sortBy('doneAt');
  for (const { key } of done.slice(0, Math.max(0, done.length - HISTORY))) await clearHistory(key);
}

/** Deletes records, bodies and log lines that belong to no background fetch: what a fault of ours would leave behind for ever. */
export async function deleteOrphans(): Promise<void> {
  const owners = new Set<string>();
  for (const table of [db.bodies, db.log])
    for (const owner of await table.orderBy('fetchKey').uniqueKeys()) owners.add(owner as string);
  for await (const owner of recordOwners()) owners.add(owner);
  for (const key of owners) {
    await db.transaction('rw', db.backgroundFetches, db.records, db.bodies, db.log, async () => {
      if (await db.backgroundFetches.get(key)) return;
      await recordsOf(key).delete();
      await db.bodies.where({ fetchKey: key }).delete();
      await db.log.where({ fetchKey: key }).delete();
    });
  }
}

/** The keys of the background fetches that have records, without a look at every record. */
async function* recordOwners(): AsyncGenerator<string> {
  let last = '';
  for (;;) {
    const [next] = await db.records
      .where('[fetchKey+index]')
      .above([last, Dexie.maxKey])
      .limit(1)
      .primaryKeys();
    if (!next) return;
    [last] = next;
    yield last;
  }
}
