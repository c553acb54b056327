import { expect, test } from 'vitest';
import { isBadPort } from './bad-port.ts';
import { toRequest, toRequestHead } from './request.ts';

test('a request comes back as it was stored', async () => {
  const body = new Blob(['body']);
  const head = toRequestHead(
    new Request('https://site.example/upload?1#part', {
      method: 'PUT',
      body,
      headers: { 'content-type': 'text/x', 'x-custom': '1' },
      mode: 'same-origin',
      credentials: 'include',
      cache: 'no-store',
      redirect: 'error',
      referrerPolicy: 'no-referrer',
      integrity: 'sha256-AAAA',
    }),
  );
  const request = toRequest(head, body);
  expect(toRequestHead(request)).toEqual(head);
  expect(head).toMatchObject({
    method: 'PUT',
    mode: 'same-origin',
    credentials: 'include',
    integrity: 'sha256-AAAA',
  });
  expect(head.headers).toContainEqual(['x-custom', '1']);
  expect(await request.text()).toBe('body');
});

test('a request without a body comes back without one', async () => {
  const request = toRequest(toRequestHead(new Request('https://site.example/')), null);
  expect(request.method).toBe('GET');
  expect(request.body).toBeNull();
});

test('mail and file-transfer ports are bad, and the default ones are not', () => {
  expect(isBadPort(new URL('https://site.example:587/'))).toBe(true);
  expect(isBadPort(new URL('https://site.example:80/'))).toBe(false);
  expect(isBadPort(new URL('http://site.example:80/'))).toBe(false);
  expect(isBadPort(new URL('https://site.example:0/'))).toBe(true);
});
