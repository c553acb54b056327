import { expect, test } from 'vitest';
import type { ResponseHead } from '../protocol/wire.ts';
import { isExposed, toResponse } from './response.ts';

const HEAD: ResponseHead = {
  url: 'https://cdn.example/audio',
  status: 200,
  statusText: 'Fine',
  headers: [
    ['Content-Type', 'audio/wav'],
    ['Content-Length', '999'],
    ['Content-Range', 'bytes 0-1/2'],
    ['ETag', '"1"'],
  ],
  type: 'cors',
  redirected: true,
};

test('a response shows where it came from, and so does its clone', async () => {
  const response = toResponse(HEAD, new Blob(['bo', 'dy']));
  for (const each of [response.clone(), response.clone().clone(), response]) {
    expect(each).toBeInstanceOf(Response);
    expect([each.url, each.type, each.redirected, each.status, each.statusText, each.ok]).toEqual([
      'https://cdn.example/audio',
      'cors',
      true,
      200,
      'Fine',
      true,
    ]);
    expect(await each.text()).toBe('body');
  }
});

test('headers that speak of the transfer are taken out', () => {
  const { headers } = toResponse(HEAD, new Blob());
  expect([...headers]).toEqual([
    ['content-type', 'audio/wav'],
    ['etag', '"1"'],
  ]);
});

test('headers can not be changed', () => {
  const { headers } = toResponse(HEAD, null);
  expect(() => headers.set('etag', 'x')).toThrow(TypeError);
  expect(() => headers.append('x', 'y')).toThrow(TypeError);
  expect(() => headers.delete('etag')).toThrow(TypeError);
  expect([...new Headers(headers)]).toEqual([...headers]);
  expect(headers.get('etag')).toBe('"1"');
});

test.each([204, 205, 304])('status %i has no body', (status) => {
  const response = toResponse({ ...HEAD, status }, new Blob(['x']));
  expect(response.status).toBe(status);
  expect(response.body).toBeNull();
});

test('a status that the Response constructor refuses is shown all the same', () => {
  const response = toResponse({ ...HEAD, status: 999 }, null);
  expect([response.status, response.ok]).toEqual([999, false]);
});

test('what is exposed', () => {
  expect((['', 'success', 'bad-status'] as const).every(isExposed)).toBe(true);
  expect(
    (['aborted', 'fetch-error', 'quota-exceeded', 'download-total-exceeded'] as const).some(isExposed),
  ).toBe(false);
});
