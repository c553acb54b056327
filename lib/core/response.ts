import type { RecordResult, ResponseHead } from '../protocol/wire.ts';
import { withoutHeaders } from './headers.ts';

/** https://wicg.github.io/background-fetch/#background-fetch-response-exposed */
export function isExposed(result: RecordResult): boolean {
  return result === '' || result === 'success' || result === 'bad-status';
}

/** https://fetch.spec.whatwg.org/#null-body-status */
const NULL_BODY_STATUSES = [101, 103, 204, 205, 304];

/** They speak of what went over the line, which may have been a part. */
const LENGTH_HEADERS = new Set(['content-range', 'content-length']);

/** What the Response constructor takes. Servers send others, which native responses show. */
const LOWEST_STATUS = 200;
const HIGHEST_STATUS = 599;

/** A Response as https://wicg.github.io/background-fetch/#create-record-objects makes it. */
export function toResponse(head: ResponseHead, body: Blob | ReadableStream<Uint8Array> | null): Response {
  const isConstructible = head.status >= LOWEST_STATUS && head.status <= HIGHEST_STATUS;
  const response = new Response(NULL_BODY_STATUSES.includes(head.status) ? null : body, {
    status: isConstructible ? head.status : HIGHEST_STATUS,
    statusText: head.statusText,
    headers: withoutHeaders(head.headers, LENGTH_HEADERS),
  });
  return reveal(response, head);
}

/**
 * Script can't make a Response that has a URL, a type other than "default" or redirects behind it: the platform keeps
 * these in internal slots. So the instance (and its clones) gets accessors of its own that say what native ones would.
 * Code that reads the slots, such as Cache.put, still sees those of a constructed response.
 */
function reveal(response: Response, head: ResponseHead): Response {
  const { url, type, redirected, status } = head;
  for (const [name, value] of Object.entries({ url, type, redirected, status })) {
    Object.defineProperty(response, name, { get: () => value, configurable: true });
  }
  // https://fetch.spec.whatwg.org/#headers-guard: script can't set the guard either.
  for (const name of ['append', 'delete', 'set']) {
    const refuse = () => {
      throw new TypeError('The headers are immutable.');
    };
    Object.defineProperty(response.headers, name, { value: refuse, writable: true, configurable: true });
  }
  const clone = () => reveal(Response.prototype.clone.call(response), head);
  return Object.defineProperty(response, 'clone', { value: clone, writable: true, configurable: true });
}
