import { expect, test, vi } from 'vitest';
import type { Browser } from 'webextension-polyfill';
import { KNOCK_PATH } from '../protocol/worker-knock.ts';
import { hearWorkers } from './firefox-worker-knocks.ts';

const ORIGIN = 'https://site.example';
const TOKEN = '00000000-0000-4000-8000-000000000000';
const bytes = (text: string) => new TextEncoder().encode(text).buffer;
const KNOCK = {
  url: `${ORIGIN}${KNOCK_PATH}`,
  method: 'POST',
  originUrl: `${ORIGIN}/sw.js`,
  incognito: false,
  cookieStoreId: 'firefox-default',
  requestBody: { raw: [{ bytes: bytes(TOKEN) }] },
};

/** What becomes of a request, and what was heard of it. */
async function send(request: object, hasRoom = true) {
  const hear = vi.fn(async () => hasRoom);
  let answer: unknown;
  const addListener = (listener: (details: object) => unknown) => {
    answer = listener(request);
  };
  hearWorkers({ webRequest: { onBeforeRequest: { addListener } } } as unknown as Browser, hear);
  return { answer: await answer, heard: hear.mock.calls.flat() };
}

test('a worker of the site is heard, and its request goes no further', async () => {
  expect(await send(KNOCK)).toEqual({
    answer: { redirectUrl: 'data:,' },
    heard: [{ origin: ORIGIN, scriptURL: `${ORIGIN}/sw.js`, token: TOKEN }],
  });
});

test('one of a site that has too many under way is told so', async () => {
  expect((await send(KNOCK, false)).answer).toEqual({ cancel: true });
});

test.each([
  ['of a private window', { incognito: true }],
  ['of a container', { cookieStoreId: 'firefox-container-1' }],
  ['of another origin', { originUrl: 'https://other.example/sw.js' }],
  ['of another port', { originUrl: `${ORIGIN}:8443/sw.js` }],
  ['of an opaque origin', { originUrl: 'data:text/javascript,' }],
  ['of which the browser says nothing', { originUrl: undefined }],
  ['of what is no URL', { originUrl: 'null' }],
  ['with another method', { method: 'PUT' }],
  ['without a body', { requestBody: undefined }],
  ['with a form', { requestBody: { formData: {} } }],
  ['with too short a token', { requestBody: { raw: [{ bytes: bytes('short') }] } }],
  ['with too long a token', { requestBody: { raw: [{ bytes: bytes(`${TOKEN}0`) }] } }],
])('a request %s is stopped, and not heard', async (_, change) => {
  expect(await send({ ...KNOCK, ...change })).toEqual({ answer: { cancel: true }, heard: [] });
});
