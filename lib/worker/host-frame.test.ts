import { afterEach, expect, test, vi } from 'vitest';
import { createFakeScope } from './fake-scope.ts';
import { answerHostFrames } from './host-frame.ts';

const { addEventListener } = EventTarget.prototype;

afterEach(() => {
  expect(EventTarget.prototype.addEventListener).toBe(addEventListener);
});

interface Fetch {
  url: string;
  mode?: string;
  destination?: string;
}

function dispatchFetch(scope: EventTarget, { url, mode = 'cors', destination = '' }: Fetch) {
  const respondWith = vi.fn();
  const request = { url: `https://site.example${url}`, mode, destination };
  scope.dispatchEvent(Object.assign(new Event('fetch'), { request, respondWith }));
  return respondWith;
}

test('host frames are answered and their fetches let through, unseen by the site', async () => {
  const scope = createFakeScope();
  answerHostFrames(scope);
  const site = vi.fn();
  scope.addEventListener('fetch', site);
  await Promise.resolve();

  const host: Fetch = { url: '/?__backfetch_host=token', mode: 'navigate', destination: 'iframe' };
  const respondWith = dispatchFetch(scope, host);
  const response: Response = respondWith.mock.calls[0]?.[0];
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/html');
  expect(await response.text()).toBe('');
  expect(dispatchFetch(scope, { url: '/audio#__backfetch_host' })).not.toHaveBeenCalled();
  expect(site).not.toHaveBeenCalled();

  dispatchFetch(scope, { url: '/?__backfetch_host=token' });
  dispatchFetch(scope, { url: '/page', mode: 'navigate', destination: 'document' });
  // Any site can open such a page in a tab: it is the site's own to answer.
  dispatchFetch(scope, { ...host, destination: 'document' });
  dispatchFetch(scope, { url: '/audio#part' });
  expect(site).toHaveBeenCalledTimes(4);
});

test('a worker without fetch listeners gets none, and only its first evaluation is watched', async () => {
  const scope = createFakeScope();
  const listen = vi.fn(addEventListener);
  EventTarget.prototype.addEventListener = listen;
  try {
    answerHostFrames(scope);
    scope.addEventListener('push', () => {});
    new EventTarget().addEventListener('fetch', () => {});
    await Promise.resolve();
    expect(EventTarget.prototype.addEventListener).toBe(listen);
    scope.addEventListener('fetch', () => {});
    expect(listen.mock.calls.filter(([type]) => type === 'fetch')).toHaveLength(2);
  } finally {
    EventTarget.prototype.addEventListener = addEventListener;
  }
});

test('the handler attribute counts as a listener', async () => {
  const scope = createFakeScope();
  const set = vi.fn();
  Object.defineProperty(scope, 'onfetch', { get: () => null, set, configurable: true });
  const descriptor = Object.getOwnPropertyDescriptor(scope, 'onfetch');
  answerHostFrames(scope);
  scope.onfetch = 'handler';
  await Promise.resolve();
  expect(set).toHaveBeenCalledWith('handler');
  expect(Object.getOwnPropertyDescriptor(scope, 'onfetch')).toEqual(descriptor);
  const host: Fetch = { url: '/?__backfetch_host=token', mode: 'navigate', destination: 'iframe' };
  expect(dispatchFetch(scope, host)).toHaveBeenCalledOnce();
});

test('what the site puts in place of a watched function stays', async () => {
  const scope = createFakeScope();
  answerHostFrames(scope);
  const own = vi.fn();
  EventTarget.prototype.addEventListener = own;
  await Promise.resolve();
  expect(EventTarget.prototype.addEventListener).toBe(own);
  EventTarget.prototype.addEventListener = addEventListener;
});
