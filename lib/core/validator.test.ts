import { expect, test } from 'vitest';
import type { HeaderList } from '../protocol/wire.ts';
import { declaredLength, isResumable, strongValidator } from './validator.ts';

const LAST_MODIFIED = 'Sat, 01 Nov 2025 10:00:00 GMT';
const dated = (date: string): HeaderList => [
  ['last-modified', LAST_MODIFIED],
  ['date', date],
];

test('a strong ETag is the validator, also next to a Last-Modified', () => {
  expect(strongValidator([['ETag', '"a-1"'], ...dated('Sat, 01 Nov 2025 11:00:00 GMT')])).toBe('"a-1"');
  expect(strongValidator([['ETag', '""']])).toBe('""');
});

test.each(['W/"a"', 'a', '"a', '"a"b"', '"a b"', ''])('the ETag %s is no strong validator', (etag) => {
  expect(strongValidator([['etag', etag]])).toBeNull();
});

test('a weak ETag is not made up for by a Last-Modified', () => {
  expect(strongValidator([['etag', 'W/"a"'], ...dated('Sat, 01 Nov 2025 11:00:00 GMT')])).toBeNull();
});

test('a Last-Modified is strong when a second or more had passed since', () => {
  expect(strongValidator(dated('Sat, 01 Nov 2025 10:00:01 GMT'))).toBe(LAST_MODIFIED);
  expect(strongValidator(dated('Sat, 01 Nov 2025 10:00:00 GMT'))).toBeNull();
  expect(strongValidator([['last-modified', LAST_MODIFIED]])).toBeNull();
  expect(strongValidator(dated('yesterday'))).toBeNull();
});

test('a response without validators has none', () => {
  expect(strongValidator([['date', LAST_MODIFIED]])).toBeNull();
});

test('a content-coded body can not be resumed, one that says "identity" can', () => {
  const etag: [string, string] = ['etag', '"1"'];
  expect(isResumable([etag])).toBe(true);
  expect(isResumable([etag, ['content-encoding', 'Identity']])).toBe(true);
  expect(isResumable([etag, ['content-encoding', 'gzip']])).toBe(false);
  expect(isResumable([etag, ['content-encoding', 'identity, br']])).toBe(false);
  expect(isResumable([])).toBe(false);
});

test('Content-Length tells the length of a body that is not coded', () => {
  expect(declaredLength([['content-length', '0']])).toBe(0);
  expect(declaredLength([['content-length', '1048576']])).toBe(1_048_576);
  expect(declaredLength([])).toBeNull();
  expect(
    declaredLength([
      ['content-length', '10'],
      ['content-encoding', 'gzip'],
    ]),
  ).toBeNull();
});

test.each(['-1', '1.5', '1e3', '', '10, 10', '9999999999999999'])(
  'the Content-Length "%s" tells nothing',
  (value) => {
    expect(declaredLength([['content-length', value]])).toBeNull();
  },
);
