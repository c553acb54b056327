/** The header parsers against what a hostile server can send: no crash, and nothing read out of it that isn't there. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { allowsConnection, connectSources } from '../policy/content-security-policy.ts';
import type { HeaderList } from '../protocol/wire.ts';
import { extractContentRangeValues } from './content-range.ts';
import { validatePartialResponse } from './validate-partial-response.ts';
import { declaredLength, isResumable, strongValidator } from './validator.ts';

const CASES = 12_000;
/** Many cases take long on a busy machine. */
const OPTIONS = { timeout: 120_000 };

const PIECES = fc.constantFrom(
  'bytes',
  ' ',
  '=',
  '-',
  '/',
  '*',
  '"',
  'W/',
  ',',
  ';',
  '0',
  '9007199254740993',
  '-1',
  '1e3',
);
const VALUE = fc.oneof(
  fc
    .array(fc.oneof(PIECES, fc.nat().map(String), fc.string({ unit: 'binary', maxLength: 4 })), {
      maxLength: 9,
    })
    .map((parts) => parts.join('')),
  fc.string({ unit: 'binary' }),
);
const HEADERS = fc.array(
  fc.tuple(
    fc.constantFrom(
      'content-range',
      'Content-Range',
      'content-length',
      'content-encoding',
      'etag',
      'last-modified',
      'date',
    ),
    VALUE,
  ),
  { maxLength: 6 },
) as fc.Arbitrary<HeaderList>;

test('Content-Range is a range, or nothing', OPTIONS, () => {
  fc.assert(
    fc.property(HEADERS, (headers) => {
      const range = extractContentRangeValues(headers);
      if (!range) return;
      const { firstBytePos, lastBytePos, completeLength } = range;
      expect(Number.isSafeInteger(firstBytePos) && Number.isSafeInteger(lastBytePos)).toBe(true);
      expect(firstBytePos).toBeGreaterThanOrEqual(0);
      expect(lastBytePos).toBeGreaterThanOrEqual(firstBytePos);
      if (completeLength !== null) expect(lastBytePos).toBeLessThan(completeLength);
    }),
    { numRuns: CASES },
  );
});

test('a range that a server may send is read as it is', OPTIONS, () => {
  const range = fc.tuple(fc.nat(), fc.nat(), fc.option(fc.nat()));
  fc.assert(
    fc.property(range, ([first, length, more]) => {
      const last = first + length;
      const complete = more === null ? null : last + 1 + more;
      const value = `bytes ${first}-${last}/${complete ?? '*'}`;
      expect(extractContentRangeValues([['content-range', value]])).toEqual({
        firstBytePos: first,
        lastBytePos: last,
        completeLength: complete,
      });
    }),
    { numRuns: CASES },
  );
});

test('a partial response that is taken begins where it should, and is of the same version', OPTIONS, () => {
  fc.assert(
    fc.property(
      fc.nat(),
      HEADERS,
      HEADERS,
      fc.option(fc.nat()),
      (start, partial, previous, completeLength) => {
        const range = validatePartialResponse(start, partial, { headers: previous, completeLength });
        if (!range) return;
        expect(range.firstBytePos).toBe(start);
        if (completeLength !== null && range.completeLength !== null)
          expect(range.completeLength).toBe(completeLength);
      },
    ),
    { numRuns: CASES },
  );
});

test('lengths and validators are ones, or nothing', OPTIONS, () => {
  fc.assert(
    fc.property(HEADERS, (headers) => {
      const length = declaredLength(headers);
      if (length !== null) expect(Number.isSafeInteger(length) && length >= 0).toBe(true);
      const validator = strongValidator(headers);
      // As a header of ours it may bring no line of its own.
      if (validator !== null) expect(() => new Headers({ 'if-range': validator })).not.toThrow();
      if (isResumable(headers)) expect(validator).not.toBeNull();
    }),
    { numRuns: CASES },
  );
});

const EXPRESSION = fc.oneof(
  fc.constantFrom(
    "'self'",
    "'none'",
    '*',
    'https:',
    'http:',
    'site.example',
    '*.example',
    'a.example:*',
    'b.example/path/',
  ),
  fc.string({ unit: 'binary', maxLength: 12 }),
);
const POLICY = fc
  .tuple(
    fc.constantFrom('connect-src', 'default-src', 'CONNECT-SRC', 'script-src', ''),
    fc.array(EXPRESSION, { maxLength: 4 }),
  )
  .map(([name, expressions]) => [name, ...expressions].join(' '));

test('another policy never allows more', OPTIONS, () => {
  const self = new URL('https://site.example/');
  const url = fc
    .webUrl({ validSchemes: ['http', 'https'], withQueryParameters: true })
    .map((text) => new URL(text));
  fc.assert(
    fc.property(
      fc.array(POLICY, { maxLength: 3 }),
      POLICY,
      url,
      fc.boolean(),
      (policies, another, url, redirected) => {
        const before = allowsConnection(connectSources(policies), url, self, redirected);
        const after = allowsConnection(connectSources([...policies, another]), url, self, redirected);
        expect(after && !before).toBe(false);
        const all = connectSources([...policies, "connect-src 'none'"]);
        expect(allowsConnection(all, url, self, redirected)).toBe(false);
      },
    ),
    { numRuns: CASES },
  );
});
