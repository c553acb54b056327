import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { HeaderList } from '../protocol/wire.ts';
import { validatePartialResponse } from './validate-partial-response.ts';

const LAST_MODIFIED = 'Sat, 01 Nov 2025 10:00:00 GMT';
const stored: HeaderList = [
  ['ETag', '"1"'],
  ['Last-Modified', LAST_MODIFIED],
];
const range: [string, string] = ['Content-Range', 'bytes 50-99/100'];

test('a part that starts where the stored bytes end and is of the same version continues them', () => {
  const continued = validatePartialResponse(50, [...stored, range], { headers: stored, completeLength: 100 });
  expect(continued).toEqual({ firstBytePos: 50, lastBytePos: 99, completeLength: 100 });
});

test.each([49, 51, 0])('a part that starts elsewhere than at byte %d is invalid', (expected) => {
  expect(validatePartialResponse(expected, [range])).toBeNull();
});

test('a part without a range is invalid', () => {
  expect(validatePartialResponse(0, [])).toBeNull();
});

test('several parts in one are invalid, whatever they say of their range', () => {
  const type: [string, string] = ['Content-Type', 'Multipart/ByteRanges; boundary=x'];
  expect(validatePartialResponse(50, [range, type])).toBeNull();
});

test.each<[string, HeaderList]>([
  [
    'another ETag',
    [
      ['ETag', '"2"'],
      ['Last-Modified', LAST_MODIFIED],
    ],
  ],
  ['no ETag', [['Last-Modified', LAST_MODIFIED]]],
  [
    'a weak ETag of the same name',
    [
      ['ETag', 'W/"1"'],
      ['Last-Modified', LAST_MODIFIED],
    ],
  ],
  [
    'another Last-Modified',
    [
      ['ETag', '"1"'],
      ['Last-Modified', 'Sat, 01 Nov 2025 10:00:01 GMT'],
    ],
  ],
  ['no Last-Modified', [['ETag', '"1"']]],
])('a part with %s is invalid', (_, headers) => {
  expect(
    validatePartialResponse(50, [...headers, range], { headers: stored, completeLength: 100 }),
  ).toBeNull();
});

test('a part of a resource of another length is invalid', () => {
  expect(
    validatePartialResponse(50, [...stored, range], { headers: stored, completeLength: 101 }),
  ).toBeNull();
});

test('a length that one of the two does not tell is not compared', () => {
  const unknown: [string, string] = ['Content-Range', 'bytes 50-99/*'];
  expect(
    validatePartialResponse(50, [...stored, range], { headers: stored, completeLength: null }),
  ).not.toBeNull();
  expect(
    validatePartialResponse(50, [...stored, unknown], { headers: stored, completeLength: 100 }),
  ).not.toBeNull();
});

test('what the stored response does not have is not asked of the part', () => {
  expect(
    validatePartialResponse(50, [...stored, range], { headers: [], completeLength: null }),
  ).not.toBeNull();
});

test('a valid part always starts where it was expected and keeps every validator', () => {
  const validators = fc.record({
    etag: fc.constantFrom(null, '"1"', '"2"', 'W/"1"'),
    'last-modified': fc.constantFrom(null, 'a', 'b'),
  });
  const toHeaders = (values: Record<string, string | null>): HeaderList =>
    Object.entries(values).flatMap(([name, value]) =>
      value === null ? [] : [[name, value] as [string, string]],
    );
  fc.assert(
    fc.property(fc.nat(3), fc.nat(3), validators, validators, (expected, first, before, now) => {
      const headers: HeaderList = [...toHeaders(now), ['content-range', `bytes ${first}-9/10`]];
      const valid = validatePartialResponse(expected, headers, {
        headers: toHeaders(before),
        completeLength: null,
      });
      const sameVersion =
        (before.etag ?? now.etag) === now.etag &&
        (before['last-modified'] ?? now['last-modified']) === now['last-modified'];
      expect(valid !== null).toBe(first === expected && sameVersion);
    }),
  );
});
