import { beforeEach, expect, test, vi } from 'vitest';
import { ORIGIN, requestHead } from '../store/testing/rows.ts';
import { PageHeaders } from './page-headers.ts';
import { sameOriginRequest } from './same-origin-request.ts';

const cancelled = vi.fn();
const fetched = vi.fn<(url: string, init: RequestInit) => void>();

beforeEach(() => {
  vi.clearAllMocks();
  class PerformanceObserver {
    observe() {}
    disconnect() {}
    takeRecords() {
      return [];
    }
  }
  vi.stubGlobal('PerformanceObserver', PerformanceObserver);
  return () => vi.unstubAllGlobals();
});

/** What comes of a request for /file when the browser's answer is like this. */
function request(answer: { url: string; type?: ResponseType }) {
  const body = new ReadableStream({
    type: 'bytes',
    start: (controller) => controller.enqueue(new Uint8Array([1, 2, 3])),
    cancel: cancelled,
  });
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    fetched(url, init);
    return Object.defineProperties(new Response(answer.type ? null : body), {
      url: { value: answer.url },
      type: { value: answer.type ?? 'basic' },
    });
  });
  return sameOriginRequest(new PageHeaders(async () => {}), {
    request: requestHead('/file'),
    body: null,
    signal: new AbortController().signal,
    uploaded: () => {},
  });
}

test('an answer of the own origin is received', async () => {
  const received = await request({ url: `${ORIGIN}/file` });
  if (received === 'redirected') throw new Error('It was taken for a redirect.');
  expect(received.head).toMatchObject({ url: `${ORIGIN}/file`, status: 200, type: 'basic' });
  expect(await received.read()).toEqual(new Uint8Array([1, 2, 3]));
  const [, init] = fetched.mock.lastCall ?? [];
  expect(init?.redirect).toBe('manual');
});

test('a redirect is not followed', async () => {
  expect(await request({ url: '', type: 'opaqueredirect' })).toBe('redirected');
});

test.each(['https://other.example/file', 'http://site.example/file', `${ORIGIN}:8443/file`])(
  'nothing is read of an answer that came from elsewhere: %s',
  async (url) => {
    expect(await request({ url })).toBe('redirected');
    expect(cancelled).toHaveBeenCalledOnce();
  },
);
