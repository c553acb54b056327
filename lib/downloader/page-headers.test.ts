import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Rule } from '../protocol/rules.ts';
import { ORIGIN, requestHead } from '../store/testing/rows.ts';
import { PageHeaders, sameOriginReferer } from './page-headers.ts';

const PAGE = `${ORIGIN}/page?query`;

test.each([
  [{ referrer: PAGE }, PAGE],
  [{ referrer: 'https://user:password@site.example/page#part' }, `${ORIGIN}/page`],
  [{ referrer: PAGE, referrerPolicy: 'strict-origin-when-cross-origin' }, PAGE],
  [{ referrer: PAGE, referrerPolicy: 'unsafe-url' }, PAGE],
  [{ referrer: PAGE, referrerPolicy: 'same-origin' }, PAGE],
  [{ referrer: PAGE, referrerPolicy: 'origin' }, `${ORIGIN}/`],
  [{ referrer: PAGE, referrerPolicy: 'strict-origin' }, `${ORIGIN}/`],
  [{ referrer: PAGE, referrerPolicy: 'no-referrer' }, ''],
  [{ referrer: '' }, ''],
  [{ referrer: 'about:client' }, ''],
  [{ referrer: 'https://other.example/' }, ''],
  [{ referrer: `${ORIGIN}/${'a'.repeat(5000)}` }, `${ORIGIN}/`],
] as const)('the Referer for %j', (change, expected) => {
  expect(sameOriginReferer(requestHead('/file', change))).toBe(expected);
});

describe('the rules', () => {
  let rules: Map<string, Rule>;
  let made: number;
  const headers = () =>
    new PageHeaders(async (token, rule) => {
      if (rule) rules.set(token, rule);
      else rules.delete(token);
      made += rule ? 1 : 0;
    });

  beforeEach(() => {
    vi.useFakeTimers();
    rules = new Map();
    made = 0;
  });
  afterEach(() => vi.useRealTimers());

  test('are in force before the request is sent, are shared, and end', async () => {
    const pageHeaders = headers();
    const request = requestHead('/file', { referrer: PAGE });
    const send = async (fragment: string) => rules.get(fragment);
    const rule = { of: 'request', referer: PAGE, mode: 'cors' };
    const sent = await Promise.all([pageHeaders.use(request, send), pageHeaders.use(request, send)]);
    expect(sent).toEqual([rule, rule]);
    expect(made).toBe(1);
    await pageHeaders.use({ ...request, referrer: '' }, send);
    expect(made).toBe(2);
    await vi.runAllTimersAsync();
    expect(rules.size).toBe(0);
    expect(await pageHeaders.use(request, send)).toEqual(rule);
    await vi.runAllTimersAsync();
    expect(rules.size).toBe(0);
  });

  test('end also where the request fails', async () => {
    const failing = headers().use(requestHead('/file'), async () => Promise.reject(new TypeError('offline')));
    await expect(failing).rejects.toThrow('offline');
    await vi.runAllTimersAsync();
    expect(rules.size).toBe(0);
  });
});
