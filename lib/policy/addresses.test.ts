import { expect, test } from 'vitest';
import { isPotentiallyTrustworthy, isPrivate } from './addresses.ts';

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
