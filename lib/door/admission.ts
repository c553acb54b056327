/** Whether a background fetch that a site asks for is begun: what the person says, and what there is room for. */
import type { ArgumentOf, SiteCalls } from '../protocol/calls.ts';
import { CallFailure } from '../protocol/rpc.ts';
import type { RequestHead } from '../protocol/wire.ts';
import { checkIdIsFree, openBackgroundFetches } from '../store/background-fetches.ts';
import { roomOfSite } from '../store/room.ts';
import type { BackgroundFetchRow } from '../store/schema.ts';
import { permissionOf } from '../store/sites.ts';
import type { Site } from './site.ts';

/** So many downloads of a site may be open at once without a click of the person; the next one asks. */
const MAX_UNASKED = 5;
/** So many downloads of a site may be open at once, whoever asked … */
const MAX_OPEN = 256;
/** … with so many requests in all. */
const MAX_OPEN_REQUESTS = 50_000;
/** A download's requests may have so many characters in all, without bodies: they are stored, too. */
const MAX_HEADS = 16 * 1024 * 1024;

type Wanted = ArgumentOf<SiteCalls, 'fetch'>;

/**
 * Rejects with what the specification has for a refusal before there is anything to fetch, in its order:
 * https://wicg.github.io/background-fetch/#background-fetch-manager-fetch
 */
export async function checkAllowed(
  site: Site,
  { scope, id, isActive }: ArgumentOf<SiteCalls, 'mayFetch'>,
): Promise<void> {
  if ((await permissionOf(site.origin)) === 'block') {
    throw new CallFailure('NotAllowedError', 'The person does not allow background fetches for this site.');
  }
  // Told by the site: one that lies has a background fetch that no worker will hear of.
  if (!isActive) {
    throw new CallFailure(
      'TypeError',
      'The registration has no active worker: wait for navigator.serviceWorker.ready.',
    );
  }
  // Also said where there is no room; it is looked for again when it is added.
  await checkIdIsFree(scope, id);
}

/** The state in which a background fetch begins that is allowed. Rejects where there is no room for it. */
export async function admit(site: Site, wanted: Wanted): Promise<'active' | 'pending'> {
  const open = await openBackgroundFetches(site.origin);
  await checkRoom(open, wanted);
  const askedFor = wanted.client?.activated || (!site.unseen && open.length < MAX_UNASKED);
  const permission = await permissionOf(site.origin);
  return permission === 'allow' && askedFor ? 'active' : 'pending';
}

/**
 * https://w3c.github.io/permissions/#permission-state: what the next background fetch without a click of the person would
 * meet, but for how many are open.
 */
export async function permissionState(site: Site): Promise<PermissionState> {
  const permission = await permissionOf(site.origin);
  if (permission === 'block') return 'denied';
  return permission === 'ask' || site.unseen ? 'prompt' : 'granted';
}

async function checkRoom(open: BackgroundFetchRow[], { requests, downloadTotal }: Wanted): Promise<void> {
  const requestCount = open.reduce((sum, row) => sum + row.recordCount, requests.length);
  if (open.length >= MAX_OPEN || requestCount > MAX_OPEN_REQUESTS) {
    throw new CallFailure('QuotaExceededError', 'This site has too many background fetches under way.');
  }
  const room = Math.max(0, await roomOfSite(open));
  const heads = requests.reduce((sum, { head }) => sum + charactersOf(head), 0);
  if (heads > MAX_HEADS) {
    throw new CallFailure('QuotaExceededError', "This download's requests are too long.");
  }
  const requested = requests.reduce((sum, { body }) => sum + (body?.size ?? 0), downloadTotal);
  if (requested + heads <= room) return;
  throw new CallFailure('QuotaExceededError', 'There is not enough room for this download.', {
    quota: room,
    requested,
  });
}

function charactersOf({ url, referrer, integrity, headers }: RequestHead): number {
  const texts = [url, referrer, integrity, ...headers.flat()];
  return texts.reduce((sum, { length }) => sum + length, 0);
}
