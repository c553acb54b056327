import { describe, expect, test, vi } from 'vitest';
import {
  isRequest,
  toCacheQueryOptions,
  toDOMString,
  toOptions,
  toRequestInfos,
  toUIOptions,
  toUnsignedLongLong,
  toUSVString,
} from './webidl.ts';

test('strings', () => {
  expect(toDOMString(5)).toBe('5');
  expect(toDOMString(undefined)).toBe('undefined');
  expect(toDOMString('\ud800')).toBe('\ud800');
  expect(toUSVString('\ud800')).toBe('\ufffd');
  expect(() => toDOMString(Symbol('a'))).toThrow(TypeError);
});

test.each([
  [5, 5],
  ['7', 7],
  [1.9, 1],
  [-1.9, 2 ** 64 - 1],
  [-1, 2 ** 64 - 1],
  [2 ** 64, 0],
  [2 ** 64 + 4096, 4096],
  [2 ** 53, 2 ** 53],
  [Number.NaN, 0],
  [Number.POSITIVE_INFINITY, 0],
  [-0, 0],
  [-0.5, 0],
  [null, 0],
  [{}, 0],
  [true, 1],
])('unsigned long long: %s is %s', (value, expected) => {
  expect(toUnsignedLongLong(value)).toBe(expected);
});

test('unsigned long long refuses BigInt and symbols', () => {
  expect(() => toUnsignedLongLong(1n)).toThrow(TypeError);
  expect(() => toUnsignedLongLong(Symbol('a'))).toThrow(TypeError);
});

test('a Request is known by what it is, not by its prototype', () => {
  expect(isRequest(new Request('https://site.example/'))).toBe(true);
  expect(isRequest(Object.create(Request.prototype))).toBe(false);
  expect(isRequest('https://site.example/')).toBe(false);
  expect(isRequest(null)).toBe(false);
});

describe('RequestInfo or sequence<RequestInfo>', () => {
  const request = new Request('https://site.example/');
  test('one', () => {
    expect(toRequestInfos(request)).toEqual([request]);
    expect(toRequestInfos('a')).toEqual(['a']);
    expect(toRequestInfos(new URL('https://site.example/a'))).toEqual(['https://site.example/a']);
    expect(toRequestInfos(null)).toEqual(['null']);
  });
  test('several', () => {
    expect(toRequestInfos([request, 'a', 5])).toEqual([request, 'a', '5']);
    expect(toRequestInfos(new Set(['a', 'b']))).toEqual(['a', 'b']);
    expect(toRequestInfos([])).toEqual([]);
    expect(toRequestInfos(new String('ab'))).toEqual(['a', 'b']);
  });
  test('an iterator that is none', () => {
    expect(() => toRequestInfos({ [Symbol.iterator]: 5 })).toThrow(TypeError);
    expect(() => toRequestInfos([Symbol('a')])).toThrow(TypeError);
  });
});

describe('dictionaries', () => {
  test('absent members stay absent', () => {
    expect(toUIOptions(undefined)).toEqual({});
    expect(toUIOptions(null)).toEqual({});
    expect(toUIOptions({ title: undefined })).toEqual({});
    expect(toOptions({ downloadTotal: undefined })).toEqual({ ui: {}, downloadTotal: 0 });
    expect(toCacheQueryOptions({ ignoreVary: 1 })).toEqual({
      ignoreMethod: false,
      ignoreSearch: false,
      ignoreVary: true,
    });
  });
  test('members are converted', () => {
    expect(
      toOptions({
        title: 5,
        icons: new Set([{ src: 'a', sizes: '1x1', type: 'image/png', label: 'l' }]),
        downloadTotal: '9',
      }),
    ).toEqual({
      ui: { title: '5', icons: [{ src: 'a', sizes: '1x1', type: 'image/png', label: 'l' }] },
      downloadTotal: 9,
    });
  });
  test('members are read in the order of Web IDL', () => {
    const read: string[] = [];
    toOptions(new Proxy({}, { get: (_, member) => void read.push(String(member)) }));
    expect(read).toEqual(['icons', 'title', 'downloadTotal']);
  });
  test.each([5, 'a', true, Symbol('a')])('%s is none', (value) => {
    expect(() => toOptions(value)).toThrow(TypeError);
  });
  test('wrong members', () => {
    expect(() => toUIOptions({ icons: [{}] })).toThrow(TypeError);
    expect(() => toUIOptions({ icons: 5 })).toThrow(TypeError);
    expect(() => toUIOptions({ icons: [5] })).toThrow(TypeError);
  });

  test('an iterator is not closed when what it gives does not convert', () => {
    const close = vi.fn();
    const iterator = { next: () => ({ done: false, value: 5 }), return: close };
    expect(() => toUIOptions({ icons: { [Symbol.iterator]: () => iterator } })).toThrow(TypeError);
    expect(close).not.toHaveBeenCalled();
    expect(() => toUIOptions({ icons: { [Symbol.iterator]: () => ({ next: () => 5 }) } })).toThrow(TypeError);
  });

  test('members of an icon are converted one after the other', () => {
    const read: string[] = [];
    const icon = new Proxy(
      { label: { toString: () => `${read.push('converted')}` } },
      {
        get(target, name) {
          read.push(String(name));
          return Reflect.get(target, name);
        },
      },
    );
    expect(() => toUIOptions({ icons: [icon] })).toThrow(TypeError);
    expect(read).toEqual(['label', 'converted', 'sizes', 'src']);
  });
});
