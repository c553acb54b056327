import { getHeader } from '../core/headers.ts';
import type { HeaderList } from '../protocol/wire.ts';

/** After so many tries in a row that brought no byte a record fails. */
export const MAX_TRIES = 8;
/** The same where no answer ever came to a cross-origin request: most likely CORS refuses it, and will again. */
export const MAX_TRIES_UNANSWERED = 3;

const FIRST_DELAY = 1000;
const LONGEST_DELAY = 60_000;
/** A server that asks for more patience than this (ms) is asked again at this time. */
export const LONGEST_RETRY_AFTER = 3_600_000;

/**
 * Whether this status tells of a passing trouble: RFC 9110 sections 15.5.9 and 15.6, RFC 6585 sections 4 and 6 (511 is a
 * captive portal's, not the site's).
 */
export function isRetryableStatus(status: number): boolean {
  return [408, 429, 500, 502, 503, 504, 511].includes(status);
}

/** How long to wait (ms) after `failedTries` tries (from 1): exponential, with jitter so that clients don't come in step. */
export function backoff(failedTries: number, random: number = Math.random()): number {
  const delay = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** (failedTries - 1));
  return Math.round(delay * (0.5 + random / 2));
}

/** Retry-After in ms from `now`, or null: RFC 9110 section 10.2.3. */
export function retryAfter(headers: HeaderList, now: number): number | null {
  const value = getHeader(headers, 'retry-after');
  if (value === null) return null;
  const delay = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isNaN(delay) ? null : Math.min(LONGEST_RETRY_AFTER, Math.max(0, delay));
}
