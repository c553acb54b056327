import type { HeaderList } from '../protocol/wire.ts';
import { getHeader } from './headers.ts';

export interface ContentRange {
  firstBytePos: number;
  lastBytePos: number;
  /** Null where the server said `*`. */
  completeLength: number | null;
}

/**
 * Extracts content-range values; null for failure.
 * https://wicg.github.io/background-fetch/#extract-content-range-values
 *
 * The specification's grammar has `bytes=` where RFC 9110 section 14.4 has `bytes `; servers send the latter, so both are taken.
 * A range that ends before it starts, or past the complete length, is failure too (RFC 9110 calls it invalid).
 */
export function extractContentRangeValues(headers: HeaderList): ContentRange | null {
  const match = /^bytes[ =](\d+)-(\d+)\/(\d+|\*)$/i.exec(getHeader(headers, 'content-range') ?? '');
  if (!match) return null;
  const firstBytePos = Number(match[1]);
  const lastBytePos = Number(match[2]);
  const completeLength = match[3] === '*' ? null : Number(match[3]);
  if (!Number.isSafeInteger(firstBytePos) || !Number.isSafeInteger(lastBytePos)) return null;
  if (lastBytePos < firstBytePos) return null;
  if (completeLength !== null && (!Number.isSafeInteger(completeLength) || lastBytePos >= completeLength))
    return null;
  return { firstBytePos, lastBytePos, completeLength };
}
