import { expect, test } from 'vitest';
import { isBadPort } from './bad-port.ts';

test.each([
  'http://a.example:25/',
  'https://a.example:6667/',
  'http://a.example:0/',
  'http://a.example:10080/',
])('%s is blocked', (url) => {
  expect(isBadPort(new URL(url))).toBe(true);
});

test.each([
  'http://a.example/',
  'https://a.example:443/',
  'https://a.example:8443/',
  'http://a.example:8080/',
])('%s is not', (url) => {
  expect(isBadPort(new URL(url))).toBe(false);
});
