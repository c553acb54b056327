import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { backoff, isRetryableStatus, MAX_TRIES, retryAfter } from './retry.ts';

const NOW = Date.parse('Sat, 01 Nov 2025 10:00:00 GMT');
const after = (value: string) => retryAfter([['Retry-After', value]], NOW);

test.each([408, 429, 500, 502, 503, 504, 511])('%d is worth another try', (status) => {
  expect(isRetryableStatus(status)).toBe(true);
});

test.each([200, 206, 304, 400, 401, 403, 404, 410, 416, 501, 505])('%d is an answer', (status) => {
  expect(isRetryableStatus(status)).toBe(false);
});

test('a server is left in peace for longer after every try, a minute at most', () => {
  const delays = Array.from({ length: 40 }, (_, index) => backoff(index + 1, 1));
  expect(delays.slice(0, 3)).toEqual([1000, 2000, 4000]);
  expect(Math.max(...delays)).toBe(60_000);
  expect(delays).toEqual([...delays].sort((a, b) => a - b));
});

test('clients that failed together do not come back together, nor at once', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: MAX_TRIES }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (tries, random) => {
        expect(backoff(tries, random)).toBeGreaterThanOrEqual(backoff(tries, 1) / 2);
        expect(backoff(tries, random)).toBeLessThanOrEqual(backoff(tries, 1));
      },
    ),
  );
  expect(backoff(5, 0.1)).not.toBe(backoff(5, 0.9));
});

test('Retry-After is seconds or a date', () => {
  expect(after('120')).toBe(120_000);
  expect(after('Sat, 01 Nov 2025 10:00:30 GMT')).toBe(30_000);
});

test('a date that has passed means now, an absurd one an hour at most', () => {
  expect(after('Sat, 01 Nov 2025 09:00:00 GMT')).toBe(0);
  expect(after('99999999999')).toBe(3_600_000);
  expect(after('Sat, 01 Nov 2036 09:00:00 GMT')).toBe(3_600_000);
});

test('no Retry-After, or nonsense in it, says nothing', () => {
  expect(retryAfter([], NOW)).toBeNull();
  expect(after('soon')).toBeNull();
});

test('whatever a server says, the wait is bounded', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.integer().map(String),
        fc.date({ noInvalidDate: true }).map((d) => d.toUTCString()),
      ),
      (value) => {
        const wait = after(value) ?? 0;
        expect(wait).toBeGreaterThanOrEqual(0);
        expect(wait).toBeLessThanOrEqual(3_600_000);
      },
    ),
  );
});
