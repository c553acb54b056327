/** The message door against what a hostile page can send: no crash, and nothing accepted that could not be a request. */
import * as fc from 'fast-check';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import type { RequestHead } from '../protocol/wire.ts';
import { requestHead } from '../store/testing/rows.ts';
import { agentAnswerSchemas, eventCallSchemas, siteCallSchemas } from './messages.ts';

const CASES = 20_000;
/** Many cases take long on a busy machine. */
const OPTIONS = { timeout: 120_000 };
const schemas = Object.entries({ ...siteCallSchemas, ...eventCallSchemas, ...agentAnswerSchemas });

const HOSTILE_TEXT = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.webUrl({ withQueryParameters: true, withFragments: true }),
  fc.constantFrom(
    '',
    '__proto__',
    'constructor',
    'no-cors',
    'navigate',
    'CONNECT',
    'Cookie',
    'sec-fetch-site',
    'a\r\nb: c',
    'https://user:password@site.example/',
    'javascript:alert(1)',
    'file:///etc/passwd',
    'https://site.example',
    ' https://site.example/',
    'https://site.example/\u0000',
    'null',
    '\ud800',
    'x'.repeat(70_000),
  ),
);
const HOSTILE = fc.oneof(
  fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withTypedArray: true,
    withNullPrototype: true,
  }),
  HOSTILE_TEXT,
  fc.constantFrom(Number.NaN, -1, -0, 0.5, 2 ** 53, Number.POSITIVE_INFINITY, null, undefined),
);

const HEAD = requestHead('/file', { headers: [['accept', '*/*']] });
const FETCH = {
  scope: 'https://site.example/',
  isActive: true,
  id: 'id',
  requests: [{ head: HEAD, body: null }],
  referrer: 'https://site.example/page',
  downloadTotal: 1,
  ui: { title: 'Title', icons: [{ src: '/icon.png' }] },
  client: { activated: true, policies: ["default-src 'self'"], referrerPolicy: 'origin' },
};

/** All places in a value, as paths. */
function placesIn(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => placesIn(inner, [...path, key]))];
}

/** A copy of `value` in which `path` holds `replacement`. */
function replaced(value: unknown, [first, ...rest]: string[], replacement: unknown): unknown {
  if (first === undefined) return replacement;
  const copy = Array.isArray(value) ? [...value] : { ...(value as object) };
  Reflect.set(copy, first, replaced(Reflect.get(copy, first), rest, replacement));
  return copy;
}

test('whatever is sent, the answer is yes or no', OPTIONS, () => {
  fc.assert(
    fc.property(fc.constantFrom(...schemas), HOSTILE, ([, schema], message) => {
      v.safeParse(schema, message);
    }),
    { numRuns: CASES },
  );
});

test('a fetch that is right but for one thing, or more, is refused or harmless', OPTIONS, () => {
  const change = fc.tuple(fc.constantFrom(...placesIn(FETCH)), HOSTILE);
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
      const message = changes.reduce<unknown>((value, [path, by]) => {
        try {
          return replaced(value, path, by);
        } catch (error) {
          // The place went with an earlier change.
          if (error instanceof TypeError) return value;
          throw error;
        }
      }, FETCH);
      const parsed = v.safeParse(siteCallSchemas.fetch, message);
      if (!parsed.success) return;
      const { scope, requests, downloadTotal, ui } = parsed.output;
      expect(new URL(scope).protocol).toMatch(/^https?:$/);
      expect(downloadTotal).toBeGreaterThanOrEqual(0);
      expect(downloadTotal).toBeLessThan(Number.POSITIVE_INFINITY);
      expect((ui.title ?? '').length).toBeLessThanOrEqual(1024);
      for (const { head } of requests) expectRequest(head);
    }),
    { numRuns: CASES },
  );
});

/** What the Fetch standard's own constructor takes, and no more. */
function expectRequest(head: RequestHead): void {
  const { url, method, headers, mode, credentials, cache, redirect, referrerPolicy } = head;
  const parsed = new URL(url);
  expect(parsed.protocol).toMatch(/^https?:$/);
  expect(parsed.username + parsed.password).toBe('');
  expect(['cors', 'same-origin']).toContain(mode);
  const init = { method, headers, credentials, redirect, referrerPolicy };
  const made = new Request(url, cache === 'only-if-cached' ? init : { ...init, mode, cache });
  expect(made.url).toBe(url);
  for (const [name] of headers) expect(name).not.toMatch(/^(?:cookie|host|origin|referer|sec-.*|proxy-.*)$/i);
}
