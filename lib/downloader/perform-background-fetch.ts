import { Dexie } from 'dexie';
import { abortAll, settleBackgroundFetch } from '../store/background-fetches.ts';
import { announceChange } from '../store/changes.ts';
import { db } from '../store/database.ts';
import type { RecordRow } from '../store/schema.ts';
import { completeRecord } from './complete-record.ts';
import { type Job, JobOver } from './job.ts';

/** Records at work at once: more than there are connections, so that these are never idle. */
const RECORDS_AT_ONCE = 24;
/** … and with those that wait for another try, which leave their place to others. */
const MOST_RECORDS = 1000;
/** Records read from the database at once. */
const PAGE = 200;
/** How often progress is told (ms). */
const TELL_EVERY = 200;

/**
 * Performs a background fetch until it is settled or `signal` is aborted (paused, aborted by the site).
 * https://wicg.github.io/background-fetch/#perform-a-background-fetch
 *
 * Everything it did is in the database; performing it again goes on from there.
 */
export async function performBackgroundFetch(job: Job, signal: AbortSignal): Promise<void> {
  const { key } = job.row;
  const telling = setInterval(() => {
    job.tell().catch((error: unknown) => job.stop(error));
  }, TELL_EVERY);
  try {
    await completeRecords(job);
    await job.drain();
    await job.tell();
  } catch (error) {
    job.stop(error);
    await job.drain().catch((late: unknown) => console.debug('Backfetch: the rest was not stored.', late));
    await giveUp(key, signal, error);
  } finally {
    clearInterval(telling);
  }
  if (!signal.aborted) await settleBackgroundFetch(key);
  announceChange(key);
}

/** Completes all records, many at a time; the first error stops the job. Resolves, or rejects with that, when none is at work any more. */
async function completeRecords(job: Job): Promise<void> {
  const records = unfinishedRecords(job.row.key);
  const over = Promise.withResolvers<void>();
  let running = 0;
  const places = () => Math.min(RECORDS_AT_ONCE + job.placesLeft, MOST_RECORDS);

  /** Takes one record after the other, while there are not too many at work. */
  async function loop(): Promise<void> {
    running += 1;
    try {
      // Not `for await`: one loop's end would end the generator for all.
      for (let next = await records.next(); !next.done; next = await records.next()) {
        const record = next.value;
        await completeRecord(job, record);
        if (record.result === 'download-total-exceeded') job.stop(new ImmediateFailure());
        if (running > places()) return;
      }
    } catch (error) {
      job.stop(error);
    } finally {
      running -= 1;
      if (running === 0) over.resolve();
    }
  }

  job.leftPlace = () => {
    if (running < places()) void loop();
  };
  while (running < RECORDS_AT_ONCE) void loop();
  // Also after an error: bytes that one of them still stores would be appended behind those of the next run.
  await over.promise;
  job.signal.throwIfAborted();
}

/** The specification's "immediateFailure": the other records were ended together with the one that failed. */
class ImmediateFailure extends Error {
  override name = 'ImmediateFailure';
}

/** Decides what an error means for a background fetch: the site's failure, the person's stop, or ours. */
async function giveUp(key: string, signal: AbortSignal, error: unknown): Promise<void> {
  if (signal.aborted || error instanceof JobOver || error instanceof ImmediateFailure) return;
  if (isQuotaError(error)) {
    console.warn('Backfetch: the disk is full; the download ends with what is there.', error);
    return abortAll(key, 'quota-exceeded');
  }
  // Not the site's fault: it stays active, and is taken up again at the next wake.
  throw error;
}

/** Dexie wraps the reason of an aborted transaction, we that of a file; Firefox names a full disk in its own way. */
function isQuotaError(error: unknown): boolean {
  for (
    let cause = error;
    cause instanceof Error;
    cause = (cause as { inner?: unknown }).inner ?? cause.cause
  ) {
    if (/Quota|NO_DEVICE_SPACE/.test(`${cause.name} ${cause.message}`)) return true;
  }
  return false;
}

/** A background fetch's records without a result, in order, read a page at a time. */
async function* unfinishedRecords(fetchKey: string): AsyncGenerator<RecordRow> {
  for (let from = 0; ; ) {
    const page = await db.records
      .where('[fetchKey+index]')
      .between([fetchKey, from], [fetchKey, Dexie.maxKey])
      .limit(PAGE)
      .toArray();
    const last = page.at(-1);
    if (!last) return;
    yield* page.filter((record) => record.result === '');
    from = last.index + 1;
  }
}
