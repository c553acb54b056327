/**
 * Notices service-worker registrations that are cleared: no event tells, and a later registration at the same scope looks
 * like the one before. But only a page can register, so before a page's own scripts run it is looked which live on.
 */
import { db } from '../store/database.ts';
import { patternOf, runInPagesOf } from './site-scripts.ts';

const SCRIPT = { js: ['registrations.js'], runAt: 'document_start' as const };

/** Has pages of sites with background fetches under way look, and those of no others. */
export async function watchRegistrations(): Promise<void> {
  const unfinished = await db.backgroundFetches.where('state').notEqual('done').toArray();
  await runInPagesOf(new Set(unfinished.map(({ origin }) => patternOf(origin))), 'registrations', SCRIPT);
}
