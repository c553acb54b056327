import { vi } from 'vitest';
import type { RequestHead } from '../../protocol/wire.ts';
import { addBackgroundFetch } from '../../store/background-fetches.ts';
import { readResponse } from '../../store/bodies.ts';
import type { BackgroundFetchRow } from '../../store/schema.ts';
import {
  emptyDatabase,
  fetchRow,
  recordRows,
  requestHead,
  storedFetch,
  storedRecord,
} from '../../store/testing/rows.ts';
import { Job, type Surroundings } from '../job.ts';
import { performBackgroundFetch } from '../perform-background-fetch.ts';
import { type Script, scriptedSurroundings } from './scripted-server.ts';

/** Makes time ours, gives the browser a line and empties the database; returns what undoes it. */
export async function setUp(): Promise<() => void> {
  await emptyDatabase();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  vi.stubGlobal('navigator', { onLine: true });
  vi.spyOn(console, 'warn').mockImplementation(() => {});
  vi.spyOn(console, 'debug').mockImplementation(() => {});
  return () => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  };
}

/** Lets time pass until the promise is settled. */
export async function passTime<Value>(promise: Promise<Value>): Promise<Value> {
  let over = false;
  const end = () => {
    over = true;
  };
  promise.then(end, end);
  while (!over) await vi.advanceTimersToNextTimerAsync();
  return promise;
}

/** Adds a background fetch of these requests to the database. */
export async function addFetch(
  requests: RequestHead[] = [requestHead('/body')],
  changes: Partial<BackgroundFetchRow> = {},
): Promise<BackgroundFetchRow> {
  const row = fetchRow({ recordCount: requests.length, ...changes });
  await addBackgroundFetch(row, recordRows(row.key, requests));
  return row;
}

/** Performs a background fetch that is in the database, as the downloader does; aborting the controller stops it. */
export function startJob(row: BackgroundFetchRow, surroundings: Surroundings) {
  const controller = new AbortController();
  const job = new Job(row, surroundings, controller.signal);
  return { controller, job, done: performBackgroundFetch(job, controller.signal) };
}

interface Options {
  requests?: RequestHead[];
  row?: Partial<BackgroundFetchRow>;
  segmentBytes?: number;
}

/** Performs a background fetch to its end against a scripted server. */
export async function perform(script: Script, { requests, row, ...limits }: Options = {}) {
  const server = scriptedSurroundings(script, limits);
  await passTime(startJob(await addFetch(requests, row), server.surroundings).done);
  return { ...server, fetch: await storedFetch(), ...(await storedResponse()) };
}

/** What a record got. */
export async function storedResponse(index = 0) {
  const record = await storedRecord(index);
  const { pieces } = await readResponse(record, 0);
  return { record, body: await new Blob(pieces).text() };
}
