import type { CacheQueryFlags } from '../protocol/calls.ts';
import type { HeaderList, RequestHead } from '../protocol/wire.ts';
import { getHeader } from './headers.ts';

/**
 * https://w3c.github.io/ServiceWorker/#request-matches-cached-item-algorithm
 * `cachedResponseHeaders` is null where there is no response yet.
 */
export function requestMatchesCachedItem(
  query: RequestHead,
  cached: RequestHead,
  cachedResponseHeaders: HeaderList | null,
  options: CacheQueryFlags,
): boolean {
  if (!options.ignoreMethod && cached.method !== 'GET') return false;
  if (comparedUrl(query.url, options) !== comparedUrl(cached.url, options)) return false;
  const vary = cachedResponseHeaders && getHeader(cachedResponseHeaders, 'vary');
  if (vary === null || options.ignoreVary) return true;
  return vary
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
    .every((name) => name !== '*' && getHeader(query.headers, name) === getHeader(cached.headers, name));
}

/** A URL without its fragment, and without its query where that is to be ignored. */
function comparedUrl(url: string, { ignoreSearch }: CacheQueryFlags): string {
  const compared = new URL(url);
  compared.hash = '';
  if (ignoreSearch) compared.search = '';
  return compared.href;
}
