/** Knocks against all that a worker or a page could request in their place: no crash, and none heard that is no knock. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Browser } from 'webextension-polyfill';
import type { DownloaderCommands } from '../protocol/commands.ts';
import { HOSTILE, HOSTILE_TEXT } from '../protocol/testing/hostile-values.ts';
import { KNOCK_PATH, TOKEN_LENGTH } from '../protocol/worker-knock.ts';
import { hearWorkers } from './firefox-worker-knocks.ts';

const CASES = 50_000;
/** Many cases take long on a busy machine. */
const OPTIONS = { timeout: 120_000 };

type Knock = DownloaderCommands['knock']['argument'];

const heard: Knock[] = [];
let listener: (details: object) => Promise<unknown>;
const addListener = (added: typeof listener) => {
  listener = added;
};
hearWorkers({ webRequest: { onBeforeRequest: { addListener } } } as unknown as Browser, async (knock) => {
  heard.push(knock);
  return true;
});

/** By the listener's filter, which has no ports. */
const ORIGINS = [
  'https://site.example',
  'http://site.example',
  'https://site.example:8443',
  'http://other.example',
];
const BYTES = fc
  .oneof(
    fc.uuid().map((token) => new TextEncoder().encode(token)),
    fc.uint8Array({ minLength: TOKEN_LENGTH, maxLength: TOKEN_LENGTH }),
    fc.uint8Array({ maxLength: 2 * TOKEN_LENGTH, size: 'max' }),
  )
  .map((bytes) => bytes.slice().buffer);
const BODY = fc.oneof(
  BYTES.map((bytes) => ({ raw: [{ bytes }] })),
  fc.oneof(HOSTILE, BYTES).map((bytes) => ({ raw: [{ bytes }] })),
  HOSTILE.map((raw) => ({ raw })),
  fc.constant({ formData: {} }),
  fc.constant(undefined),
);

/** What is right more often than not. */
function mostly<Value>(right: Value, ...wrong: fc.Arbitrary<Value>[]): fc.Arbitrary<Value> {
  return fc.oneof({ weight: 4, arbitrary: fc.constant(right) }, ...wrong);
}

/** As the browser tells it. */
const DETAILS = fc.constantFrom(...ORIGINS).chain((origin) =>
  fc.record({
    url: fc.constantFrom(`${origin}${KNOCK_PATH}`, `${origin}${KNOCK_PATH}?`),
    method: mostly('POST', fc.constantFrom('post', 'GET', 'PUT', 'OPTIONS'), HOSTILE_TEXT),
    originUrl: mostly<string | undefined>(
      `${origin}/sw.js`,
      fc.constantFrom(...ORIGINS.flatMap((other) => [`${other}/sw.js`, `blob:${other}/0`])),
      fc.constantFrom('data:text/javascript,', 'https://site.example@other.example/', undefined),
      HOSTILE_TEXT,
    ),
    incognito: mostly(false, fc.constant(true)),
    cookieStoreId: mostly<string | undefined>(
      'firefox-default',
      fc.constantFrom('firefox-private', 'firefox-container-1', undefined),
    ),
    requestBody: BODY,
  }),
);

test('only a knock of the site’s own worker is heard, all else is stopped', OPTIONS, async () => {
  let count = 0;
  await fc.assert(
    fc.asyncProperty(DETAILS, async (request) => {
      heard.length = 0;
      const answer = await listener(request);
      expect(answer).toEqual(heard.length > 0 ? { redirectUrl: 'data:,' } : { cancel: true });
      if (heard.length === 0) return;
      count += 1;
      const { url, method, originUrl, incognito, cookieStoreId, requestBody } = request;
      const { origin } = new URL(url);
      expect(heard).toEqual([{ origin, scriptURL: originUrl, token: expect.any(String) }]);
      expect(new URL(originUrl ?? '').origin).toBe(origin);
      expect(method).toBe('POST');
      expect(incognito).toBe(false);
      expect(['firefox-default', undefined]).toContain(cookieStoreId);
      const { raw } = requestBody as { raw: [{ bytes: ArrayBuffer }] };
      expect(raw[0].bytes.byteLength).toBe(TOKEN_LENGTH);
    }),
    { numRuns: CASES },
  );
  expect(count).toBeGreaterThan(CASES / 100);
});
