import { db } from './database.ts';
import type { LogRow } from './schema.ts';

export type News = Pick<LogRow, 'event' | 'detail'>;

/** Writes down what happened to a background fetch. */
export function note(fetchKey: string, event: LogRow['event'], detail = ''): Promise<void> {
  return noteAll(fetchKey, [{ event, detail }]);
}

export async function noteAll(fetchKey: string, news: News[]): Promise<void> {
  if (news.length > 0) await db.log.bulkAdd(news.map((each) => ({ ...each, fetchKey, at: Date.now() })));
}

/** What happened to a background fetch, oldest first. */
export function logOf(fetchKey: string): Promise<LogRow[]> {
  return db.log.where({ fetchKey }).sortBy('id');
}
