import { expect, test } from 'vitest';
import { allowsConnection, connectSources } from './content-security-policy.ts';

const SELF = 'https://site.example';

function allows(policy: string, url: string, redirected = false, self = SELF): boolean {
  return allowsConnection(connectSources([policy]), new URL(url), new URL(self), redirected);
}

test.each([
  ["default-src 'self'", 'https://site.example/a'],
  ["script-src 'none'", 'https://other.example/'],
  ["connect-src 'self'; default-src 'none'", 'https://site.example/a'],
  ["CONNECT-SRC 'SELF'", 'https://site.example/a'],
  ["connect-src 'none'; connect-src *", 'https://none.example/', false],
  ['connect-src *', 'https://other.example:8443/'],
  ['connect-src https:', 'https://other.example:8443/'],
  ['connect-src http:', 'https://other.example/'],
  ['connect-src other.example', 'https://other.example/a/b'],
  ['connect-src http://other.example', 'https://other.example/'],
  ['connect-src https://*.other.example', 'https://a.b.other.example/'],
  ['connect-src https://*.other.example', 'https://other.example/', false],
  ['connect-src other.example:*', 'https://other.example:8443/'],
  ['connect-src other.example', 'https://other.example:8443/', false],
  ['connect-src other.example:8443', 'https://other.example:8443/'],
  ['connect-src https://other.example/a/', 'https://other.example/a/b/c'],
  ['connect-src https://other.example/a/', 'https://other.example/a', false],
  ['connect-src https://other.example/a', 'https://other.example/a/b', false],
  ['connect-src https://other.example/a%20b', 'https://other.example/a%20b'],
  ['connect-src https:', 'http://127.0.0.1/', false],
  ["connect-src 'none'", 'https://site.example/', false],
  ['connect-src', 'https://site.example/', false],
  ["connect-src 'unsafe-inline' 'nonce-x'", 'https://site.example/', false],
  ['connect-src https://evil.example.', 'https://evil.example/', false],
  ["connect-src *, connect-src 'self'", 'https://other.example/', false],
] as [string, string, boolean?][])('%s and %s', (policy, url, expected = true) => {
  expect(allows(policy, url)).toBe(expected);
});

test('every policy of a page counts', () => {
  const lists = connectSources(["default-src 'self' https:", "connect-src 'self'"]);
  expect(allowsConnection(lists, new URL('https://other.example/'), new URL(SELF))).toBe(false);
  expect(allowsConnection(lists, new URL('https://site.example/'), new URL(SELF))).toBe(true);
});

test('an http page’s own origin includes its secure one', () => {
  expect(allows("connect-src 'self'", 'https://site.example/', false, 'http://site.example')).toBe(true);
  expect(allows("connect-src 'self'", 'http://site.example/')).toBe(false);
});

test('after a redirect paths are not told apart', () => {
  expect(allows('connect-src https://other.example/a', 'https://other.example/secret', true)).toBe(true);
  expect(allows('connect-src https://other.example/a', 'https://evil.example/a', true)).toBe(false);
});
