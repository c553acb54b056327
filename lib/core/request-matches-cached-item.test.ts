import { expect, test } from 'vitest';
import type { CacheQueryFlags } from '../protocol/calls.ts';
import type { HeaderList, RequestHead } from '../protocol/wire.ts';
import { toRequestHead } from './request.ts';
import { requestMatchesCachedItem } from './request-matches-cached-item.ts';

const NO_FLAGS: CacheQueryFlags = { ignoreSearch: false, ignoreMethod: false, ignoreVary: false };

function head(path: string, init?: RequestInit): RequestHead {
  return toRequestHead(new Request(`https://site.example${path}`, init));
}

function matches(
  query: RequestHead,
  cached: RequestHead,
  flags: Partial<CacheQueryFlags> = {},
  response: HeaderList | null = null,
): boolean {
  return requestMatchesCachedItem(query, cached, response, { ...NO_FLAGS, ...flags });
}

test('URLs are compared with their query and without their fragment', () => {
  expect(matches(head('/a?1#x'), head('/a?1#y'))).toBe(true);
  expect(matches(head('/a?1'), head('/a?2'))).toBe(false);
  expect(matches(head('/a'), head('/b'))).toBe(false);
});

test('ignoreSearch leaves the query out', () => {
  expect(matches(head('/a?1'), head('/a?2'), { ignoreSearch: true })).toBe(true);
  expect(matches(head('/a'), head('/a?2'), { ignoreSearch: true })).toBe(true);
});

test('a stored request that is no GET matches with ignoreMethod only', () => {
  const put = head('/a', { method: 'PUT' });
  expect(matches(head('/a'), put)).toBe(false);
  expect(matches(put, put)).toBe(false);
  expect(matches(head('/a'), put, { ignoreMethod: true })).toBe(true);
  expect(matches(put, head('/a'))).toBe(true);
});

test('headers that the response varies by must be the same', () => {
  const english = head('/a', { headers: { 'accept-language': 'en', 'x-a': '1' } });
  const german = head('/a', { headers: { 'accept-language': 'de', 'x-a': '1' } });
  const vary: HeaderList = [
    ['Vary', 'X-A'],
    ['vary', 'Accept-Language'],
  ];
  expect(matches(english, german, {}, vary)).toBe(false);
  expect(matches(english, english, {}, vary)).toBe(true);
  expect(matches(english, german, { ignoreVary: true }, vary)).toBe(true);
  expect(matches(english, german, {}, null)).toBe(true);
  expect(matches(english, german, {}, [['vary', 'X-A']])).toBe(true);
  expect(matches(english, head('/a'), {}, [['vary', 'X-A']])).toBe(false);
});

test('a response that varies by everything never matches', () => {
  expect(matches(head('/a'), head('/a'), {}, [['vary', '*']])).toBe(false);
});
