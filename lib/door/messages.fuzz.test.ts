/** The message door against what a hostile page can send: no crash, and nothing accepted that could not be a request. */
import * as fc from 'fast-check';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { almost, HOSTILE } from '../protocol/testing/hostile-values.ts';
import type { RequestHead } from '../protocol/wire.ts';
import { requestHead, responseHead } from '../store/testing/rows.ts';
import { agentAnswerSchemas, eventCallSchemas, siteCallSchemas } from './messages.ts';

const CASES = 20_000;
/** Many cases take long on a busy machine. */
const OPTIONS = { timeout: 120_000 };
const schemas = Object.entries({ ...siteCallSchemas, ...eventCallSchemas, ...agentAnswerSchemas });

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

test('whatever is sent, the answer is yes or no', OPTIONS, () => {
  fc.assert(
    fc.property(fc.constantFrom(...schemas), HOSTILE, ([, schema], message) => {
      v.safeParse(schema, message);
    }),
    { numRuns: CASES },
  );
});

test('a fetch that is right but for one thing, or more, is refused or harmless', OPTIONS, () => {
  fc.assert(
    fc.property(almost(FETCH), (message) => {
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

const FLAGS = { ignoreSearch: false, ignoreMethod: false, ignoreVary: false };
/** Values that are right. */
const SEEDS: [schema: v.GenericSchema, seed: object][] = [
  [siteCallSchemas.match, { key: 'key', request: HEAD, options: FLAGS, first: true }],
  [siteCallSchemas.read, { key: 'key', index: 0, generation: 0, offset: 0, headKnown: false }],
  [siteCallSchemas.living, { scopes: ['https://site.example/'], at: 1 }],
  [eventCallSchemas.updateUI, { title: 'Title' }],
  [eventCallSchemas.openWindow, { url: 'https://site.example/' }],
  [eventCallSchemas.focusClient, { id: '1.0' }],
  [agentAnswerSchemas.fetch, responseHead({ headers: [['a', 'b']] })],
  [agentAnswerSchemas.deliver, { outcome: 'settled', handlers: 1, errors: ['error'] }],
  [agentAnswerSchemas.deliver, { outcome: 'unreachable', reason: 'reason' }],
];

test('of what else is almost right only what is of its shape and size passes', OPTIONS, () => {
  const message = fc
    .constantFrom(...SEEDS)
    .chain(([schema, seed]) => fc.tuple(fc.constant(schema), fc.constant(seed), almost(seed)));
  fc.assert(
    fc.property(message, ([schema, seed, value]) => {
      expect(v.safeParse(schema, seed).success).toBe(true);
      const parsed = v.safeParse(schema, value);
      if (!parsed.success) return;
      expect(leavesIn(parsed.output).filter(isHarmful)).toEqual([]);
      expect(Object.keys(seed)).toEqual(expect.arrayContaining(Object.keys(Object(parsed.output))));
    }),
    { numRuns: CASES },
  );
});

/** All values in a value that hold no others. */
function leavesIn(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [value];
  return Object.values(value).flatMap(leavesIn);
}

/** Longer than any text may be, no number to count with, or what no message has. */
function isHarmful(leaf: unknown): boolean {
  if (typeof leaf === 'string') return leaf.length > 65_536;
  if (typeof leaf === 'number') return Number.isNaN(leaf);
  return leaf !== null && leaf !== undefined && typeof leaf !== 'boolean';
}

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
