import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { throttle } from './throttle.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it('passes the first at once and then the latest of each interval', () => {
  const seen: number[] = [];
  const { push } = throttle<number>((value) => seen.push(value), 250);
  push(1);
  push(2);
  push(3);
  expect(seen).toEqual([1]);
  vi.advanceTimersByTime(249);
  expect(seen).toEqual([1]);
  vi.advanceTimersByTime(1);
  expect(seen).toEqual([1, 3]);
  push(4);
  vi.advanceTimersByTime(250);
  expect(seen).toEqual([1, 3, 4]);
});

it('passes at once again after a rest', () => {
  const seen: number[] = [];
  const { push } = throttle<number>((value) => seen.push(value), 250);
  push(1);
  vi.advanceTimersByTime(250);
  push(2);
  expect(seen).toEqual([1, 2]);
});

it('passes nothing after cancel', () => {
  const seen: number[] = [];
  const { push, cancel } = throttle<number>((value) => seen.push(value), 250);
  push(1);
  push(2);
  cancel();
  vi.advanceTimersByTime(1000);
  expect(seen).toEqual([1]);
});
