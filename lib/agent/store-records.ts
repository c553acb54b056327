import { toRequest } from '../core/request.ts';
import type { RecordSnapshot } from '../protocol/wire.ts';

/**
 * The last resort of a delivery: puts the successful records into a cache of the site, where `caches.match(request)`
 * finds them. What Cache Storage does not take (non-GET requests, partial responses) is left out.
 */
export async function storeRecords(name: string, records: RecordSnapshot[]): Promise<void> {
  const cache = await caches.open(name);
  for (const { request, response } of records) {
    const { head, pieces } = response;
    if (!head || response.result !== 'success' || request.method !== 'GET' || head.status === 206) continue;
    const { status, statusText, headers } = head;
    await cache.put(
      toRequest(request, null),
      new Response(new Blob(pieces), { status, statusText, headers }),
    );
  }
}
