import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isPotentiallyTrustworthy, isPrivate, PRIVATE_URLS } from './addresses.ts';

test.each([
  'http://localhost/',
  'http://a.localhost/',
  'http://localhost./',
  'http://127.0.0.1/',
  'http://127.1/',
  'http://2130706433/',
  'http://0x7f.1/',
  'http://0/',
  'http://[::1]/',
  'http://[::ffff:192.168.0.1]/',
  'http://[::ffff:7f00:1]/',
  'http://[fe80::1]/',
  'http://[fd00::1]/',
  'http://[::7f00:1]/',
  'http://[4000::1]/',
  'http://10.0.0.1/',
  'http://172.16.0.1/',
  'http://192.168.1.1/',
  'http://169.254.169.254/',
  'http://100.64.0.1/',
  'http://printer.local/',
  'http://printer.local./',
  'http://router/',
  'http://db.internal/',
])('%s is in the local network', (url) => {
  expect(isPrivate(new URL(url))).toBe(true);
});

test.each([
  'https://site.example/',
  'https://localhost.example/',
  'https://local.example/',
  'https://8.8.8.8/',
  'https://172.32.0.1/',
  'https://[2606:4700::1111]/',
])('%s is in the public network', (url) => {
  expect(isPrivate(new URL(url))).toBe(false);
});

test.each([
  ['https://site.example/', true],
  ['http://a.localhost/', true],
  ['http://127.0.0.1/', true],
  ['http://[::1]/', true],
  ['http://site.example/', false],
  ['http://192.168.1.1/', false],
  ['http://localhost.example/', false],
])('%s is potentially trustworthy: %s', (url, expected) => {
  expect(isPotentiallyTrustworthy(new URL(url))).toBe(expected);
});

describe('as regular expressions', () => {
  const matches = (url: string) => PRIVATE_URLS.some((each) => new RegExp(each).test(new URL(url).href));

  test.each([
    'http://127.0.0.1:8080/x',
    'ws://127.0.0.1:8080/x',
    'wss://printer.local/',
    'http://[::1]/',
    'https://[fe80::1]:8443/',
    'https://[::ffff:10.0.0.1]/',
    'https://printer/',
    'https://printer.local/',
    'http://a.localhost./',
    'https://user@router.home.arpa/x',
  ])('%s is private', (url) => {
    expect(isPrivate(new URL(url))).toBe(true);
    expect(matches(url)).toBe(true);
  });

  test.each([
    'https://site.example/http://127.0.0.1/',
    'https://10.example/',
    'https://localhost.example/',
    'https://[2606:4700::1111]/',
    'https://8.8.8.8/?x=http://10.0.0.1/',
  ])('%s is public', (url) => {
    expect(isPrivate(new URL(url))).toBe(false);
    expect(matches(url)).toBe(false);
  });

  test('of all addresses they say the same', () => {
    const part = fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.constantFrom(0, 1, 0x4f, 0xdb8, 0x8000));
    const first = fc.oneof(part, fc.constantFrom(2, 0x20, 0x2001, 0x2002, 0x2620, 0x3fff, 0x64));
    const ipV6 = fc
      .tuple(first, fc.array(part, { minLength: 7, maxLength: 7 }))
      .map(([one, others]) => `[${[one, ...others].map((each) => each.toString(16)).join(':')}]`);
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), ipV6), (address) => {
        expect(matches(`http://${address}/`)).toBe(isPrivate(new URL(`http://${address}/`)));
      }),
      { numRuns: 10_000 },
    );
  });
});
