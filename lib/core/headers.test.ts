import { expect, test } from 'vitest';
import { getHeader, withoutHeaders } from './headers.ts';

test('a header is found whatever its case, its values combined in order', () => {
  expect(getHeader([['ETag', '"1"']], 'etag')).toBe('"1"');
  expect(getHeader([['etag', '"1"']], 'ETag')).toBe('"1"');
  const vary: [string, string][] = [
    ['Vary', 'Accept'],
    ['X-Other', '1'],
    ['vary', 'Cookie'],
  ];
  expect(getHeader(vary, 'Vary')).toBe('Accept, Cookie');
});

test('an absent header is null, an empty one is not', () => {
  expect(getHeader([], 'etag')).toBeNull();
  expect(getHeader([['etag', '']], 'etag')).toBe('');
});

test('headers are left out whatever their case, the others keep their order', () => {
  const headers: [string, string][] = [
    ['B', '1'],
    ['Content-Length', '2'],
    ['a', '3'],
  ];
  expect(withoutHeaders(headers, new Set(['content-length']))).toEqual([
    ['B', '1'],
    ['a', '3'],
  ]);
});
