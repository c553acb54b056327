import { afterEach, describe, expect, it, vi } from 'vitest';
import { useLocale } from './messages.fake.ts';

vi.mock('webextension-polyfill', async () => (await import('./messages.fake.ts')).fakePolyfill());

const { formatBytes, formatDuration, formatMoment, formatPercent, formatSpeed } = await import('./format.ts');

/** Intl separates number and unit by spaces that do not break. */
const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, ' ');

afterEach(() => useLocale('en'));

describe('formatBytes', () => {
  it.each([
    [0, '0 bytes'],
    [1, '1 byte'],
    [999, '999 bytes'],
    [1000, '1 kB'],
    [1234, '1.2 kB'],
    [999_499, '999 kB'],
    [999_500, '1 MB'],
    [123_456_789, '123 MB'],
    [1_500_000_000, '1.5 GB'],
    [2e15, '2,000 TB'],
    [-5, '0 bytes'],
  ])('of %d is “%s”', (bytes, words) => {
    expect(plain(formatBytes(bytes))).toBe(words);
  });

  it('writes as the language does', () => {
    useLocale('ru');
    expect(plain(formatBytes(1_234_000))).toBe('1,2 МБ');
  });
});

it('formatSpeed is per second', () => {
  expect(plain(formatSpeed(1_234_000))).toBe('1.2 MB/s');
  expect(plain(formatSpeed(12))).toBe('12 byte/s');
});

it('formatPercent says 100% of the complete only', () => {
  expect(formatPercent(0.999)).toBe('99%');
  expect(formatPercent(1)).toBe('100%');
  expect(formatPercent(0.29)).toBe('29%');
});

describe('formatDuration', () => {
  const second = 1000;
  const minute = 60 * second;
  const hour = 60 * minute;
  it.each([
    [0, '1 sec'],
    [-second, '1 sec'],
    [59.4 * second, '59 sec'],
    [59.6 * second, '1 min'],
    [90 * second, '2 min'],
    [59.4 * minute, '59 min'],
    [59.7 * minute, '1 hr'],
    [65 * minute, '1 hr, 5 min'],
    [23 * hour + 59 * minute, '1 day'],
    [50 * hour, '2 days, 2 hr'],
  ])('of %d ms is “%s”', (ms, words) => {
    expect(plain(formatDuration(ms))).toBe(words);
  });
});

describe('formatMoment', () => {
  const now = Date.UTC(2026, 4, 20, 12);
  it.each([
    [now + 5000, 'just now'],
    [now - 59_000, 'just now'],
    [now - 60_000, '1 minute ago'],
    [now - 3_600_000, '1 hour ago'],
    [now - 23 * 3_600_000, '23 hours ago'],
  ])('%d', (moment, words) => {
    expect(formatMoment(moment, now)).toBe(words);
  });

  it('gives the date from a day on', () => {
    expect(formatMoment(now - 48 * 3_600_000, now)).toMatch(/^May 18, 2026/);
  });
});
