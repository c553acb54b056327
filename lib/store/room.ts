import type { BackgroundFetchRow } from './schema.ts';

/** The share of the device's room that one site may have for what it downloads: Chromium's for all that a site stores. */
const SITE_SHARE = 0.6;

/**
 * How much more (bytes) the site may store whose open background fetches these are; below 0 where it has too much. A site
 * may learn of its own limits, and must not learn from them what others store: so the device's room counts roughly, as the
 * next smaller power of two.
 */
export async function roomOfSite(open: BackgroundFetchRow[]): Promise<number> {
  const { quota = 0, usage = 0 } = await navigator.storage.estimate();
  const own = open.reduce(
    (sum, row) => sum + Math.max(row.storedBytes, row.downloadTotal) + row.uploadTotal,
    0,
  );
  return Math.min(roughly(quota - usage), roughly(quota * SITE_SHARE) - own);
}

function roughly(bytes: number): number {
  return 2 ** Math.floor(Math.log2(Math.max(1, bytes)));
}
