import type { HeaderList } from '../protocol/wire.ts';
import { type ContentRange, extractContentRangeValues } from './content-range.ts';
import { getHeader } from './headers.ts';

/** What is known of the response whose body is being continued. */
export interface PreviousResponse {
  headers: HeaderList;
  /** Length of the whole resource in bytes, where the earlier response told it. */
  completeLength: number | null;
}

/**
 * Checks that a 206 continues what is stored; returns its range, or null for invalid.
 * https://wicg.github.io/background-fetch/#validate-a-partial-response
 *
 * Departs from the specification in two points: a complete length that the earlier response told by its Content-Length
 * (status 200) is compared as well, not only one told by a 206; and several ranges at once (RFC 9110 section 14.6) are
 * invalid.
 */
export function validatePartialResponse(
  expectedRangeStart: number,
  partialResponse: HeaderList,
  previousResponse: PreviousResponse | null = null,
): ContentRange | null {
  const range = extractContentRangeValues(partialResponse);
  if (!range || range.firstBytePos !== expectedRangeStart) return null;
  // Its body is several parts with headers of their own, also where Content-Range, which it must not have, tells of one.
  if (/^\s*multipart\/byteranges/i.test(getHeader(partialResponse, 'content-type') ?? '')) return null;
  if (previousResponse) {
    for (const name of ['etag', 'last-modified']) {
      const previous = getHeader(previousResponse.headers, name);
      if (previous !== null && previous !== getHeader(partialResponse, name)) return null;
    }
    const { completeLength } = previousResponse;
    if (completeLength !== null && range.completeLength !== null && range.completeLength !== completeLength)
      return null;
  }
  return range;
}
