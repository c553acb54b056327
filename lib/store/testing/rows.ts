import type { RequestHead, ResponseHead } from '../../protocol/wire.ts';
import { db } from '../database.ts';
import type { BackgroundFetchRow, RecordRow } from '../schema.ts';

export const ORIGIN = 'https://site.example';

/** A GET request of a site's page, to `path` on the site. */
export function requestHead(path: string, changes: Partial<RequestHead> = {}): RequestHead {
  return {
    url: new URL(path, ORIGIN).href,
    method: 'GET',
    headers: [],
    mode: 'cors',
    credentials: 'same-origin',
    cache: 'default',
    redirect: 'follow',
    referrer: 'about:client',
    referrerPolicy: '',
    integrity: '',
    ...changes,
  };
}

export function responseHead(changes: Partial<ResponseHead> = {}): ResponseHead {
  return {
    url: `${ORIGIN}/`,
    status: 200,
    statusText: '',
    headers: [],
    type: 'basic',
    redirected: false,
    ...changes,
  };
}

/** An active background fetch that has just been made. */
export function fetchRow(changes: Partial<BackgroundFetchRow> = {}): BackgroundFetchRow {
  return {
    key: 'key',
    origin: ORIGIN,
    scope: `${ORIGIN}/`,
    id: 'id',
    title: '',
    icons: [],
    downloadTotal: 0,
    downloaded: 0,
    uploadTotal: 0,
    uploaded: 0,
    storedBytes: 0,
    recordCount: 0,
    settledCount: 0,
    firstFailure: '',
    state: 'active',
    listed: 1,
    connectSources: [],
    referrer: '',
    referrerPolicy: '',
    pausable: true,
    result: '',
    failureReason: '',
    recordsAvailable: true,
    startedAt: 1,
    settledAt: 0,
    doneAt: 0,
    retryAt: 0,
    failedTries: 0,
    triesAllowed: 0,
    deliveredBy: '',
    deliveryAttempts: 0,
    unreachableAttempts: 0,
    ...changes,
  };
}

/** Records for these requests, of the background fetch `fetchKey`. */
export function recordRows(fetchKey: string, requests: RequestHead[]): RecordRow[] {
  return requests.map((request, index) => ({
    fetchKey,
    index,
    request,
    requestBody: null,
    generation: 0,
    response: null,
    result: '',
    pieces: [],
    storedBytes: 0,
    asSite: false,
    sent: false,
    failedTries: 0,
    retryAt: 0,
  }));
}

export async function emptyDatabase(): Promise<void> {
  await Promise.all(db.tables.map((table) => table.clear()));
}

/** The row, which must be there. */
export async function storedFetch(key = 'key'): Promise<BackgroundFetchRow> {
  const row = await db.backgroundFetches.get(key);
  if (!row) throw new Error(`There is no background fetch ${key}.`);
  return row;
}

/** The record, which must be there. */
export async function storedRecord(index = 0, fetchKey = 'key'): Promise<RecordRow> {
  const record = await db.records.get([fetchKey, index]);
  if (!record) throw new Error(`There is no record ${index} of ${fetchKey}.`);
  return record;
}
