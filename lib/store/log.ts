import { db } from './database.ts';
import type { LogRow } from './schema.ts';

/** In characters: some are told by sites. */
const MAX_DETAIL = 1024;

export type News = Pick<LogRow, 'event' | 'detail'>;

/** Writes down what happened to a background fetch. */
export function note(fetchKey: string, event: LogRow['event'], detail = ''): Promise<void> {
  return noteAll(fetchKey, [{ event, detail }]);
}

export async function noteAll(fetchKey: string, news: News[]): Promise<void> {
  if (news.length === 0) return;
  const at = Date.now();
  await db.log.bulkAdd(
    news.map(({ event, detail }) => ({ event, detail: detail.slice(0, MAX_DETAIL), fetchKey, at })),
  );
}

/** What happened to a background fetch, oldest first. */
export function logOf(fetchKey: string): Promise<LogRow[]> {
  return db.log.where({ fetchKey }).sortBy('id');
}
