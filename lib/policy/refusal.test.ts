import { expect, test } from 'vitest';
import { refusal } from './refusal.ts';

test.each([
  ['https://site.example', 'https://other.example/', null],
  ['https://site.example', 'https://other.example:22/', /blocked/],
  ['https://site.example', 'http://other.example/', /mixed/],
  ['https://site.example', 'http://127.0.0.1/', /local network/],
  ['https://site.example', 'https://192.168.1.1/', /local network/],
  ['https://site.example', 'https://nas.local/', /local network/],
  ['http://a.localhost', 'http://127.0.0.1/', null],
  ['https://nas.local', 'https://192.168.1.1/', null],
])('of %s, %s: %s', (origin, url, expected) => {
  const why = refusal({ origin, connectSources: [] }, new URL(url));
  if (expected === null) expect(why).toBeNull();
  else expect(why).toMatch(expected);
});

test('what the page’s policy does not allow', () => {
  const fetcher = { origin: 'https://site.example', connectSources: [["'self'"]] };
  expect(refusal(fetcher, new URL('https://other.example/'))).toMatch(/Content Security Policy/);
  expect(refusal(fetcher, new URL('https://site.example/'))).toBeNull();
});
