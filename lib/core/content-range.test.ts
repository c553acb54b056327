import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { extractContentRangeValues } from './content-range.ts';

const extract = (value: string) => extractContentRangeValues([['Content-Range', value]]);

test.each([
  ['bytes 0-99/100', { firstBytePos: 0, lastBytePos: 99, completeLength: 100 }],
  ['bytes=5-5/6', { firstBytePos: 5, lastBytePos: 5, completeLength: 6 }],
  ['Bytes 5-9/*', { firstBytePos: 5, lastBytePos: 9, completeLength: null }],
])('%s is a range', (value, range) => {
  expect(extract(value)).toEqual(range);
});

test.each([
  'bytes */100',
  'bytes 9-5/100',
  'bytes 0-100/100',
  'bytes 0-9',
  'bytes 0-/10',
  'bytes -5-9/10',
  'items 0-9/10',
  'bytes 0-9/10, bytes 10-19/20',
  'bytes 0-9/10 ',
  'bytes  0-9/10',
  'bytes 0-9/1e3',
  'bytes 0-9007199254740993/9007199254740995',
  '',
])('"%s" is failure', (value) => {
  expect(extract(value)).toBeNull();
});

test('two Content-Range headers are failure', () => {
  const header: [string, string] = ['content-range', 'bytes 0-9/10'];
  expect(extractContentRangeValues([header, header])).toBeNull();
});

test('without the header it is failure', () => {
  expect(extractContentRangeValues([])).toBeNull();
});

test('every range that a server can rightly send comes back as it was sent', () => {
  const range = fc
    .tuple(fc.maxSafeNat(), fc.maxSafeNat(), fc.option(fc.nat()))
    .map(([a, b, beyond]) => ({
      firstBytePos: Math.min(a, b),
      lastBytePos: Math.max(a, b),
      completeLength: beyond === null ? null : Math.max(a, b) + 1 + beyond,
    }))
    .filter(({ completeLength }) => completeLength === null || Number.isSafeInteger(completeLength));
  fc.assert(
    fc.property(range, ({ firstBytePos, lastBytePos, completeLength }) => {
      expect(extract(`bytes ${firstBytePos}-${lastBytePos}/${completeLength ?? '*'}`)).toEqual({
        firstBytePos,
        lastBytePos,
        completeLength,
      });
    }),
  );
});

test('whatever a server sends, a range that is taken makes sense', () => {
  const part = fc.oneof(fc.nat().map(String), fc.constantFrom('', '*', '-', '0x1', '1.5', ' '), fc.string());
  fc.assert(
    fc.property(part, part, part, (first, last, complete) => {
      const range = extract(`bytes ${first}-${last}/${complete}`);
      if (!range) return;
      expect(range.firstBytePos).toBeGreaterThanOrEqual(0);
      expect(range.lastBytePos).toBeGreaterThanOrEqual(range.firstBytePos);
      expect(range.completeLength ?? Number.POSITIVE_INFINITY).toBeGreaterThan(range.lastBytePos);
    }),
  );
});
