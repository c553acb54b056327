/** What a hostile sender may put where something else belongs. */
import * as fc from 'fast-check';

/** Any text. */
export const HOSTILE_TEXT = fc.oneof(
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
/** Any value that a message can hold. */
export const HOSTILE = fc.oneof(
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

/** What is like `seed` but for one to three things. */
export function almost(seed: unknown): fc.Arbitrary<unknown> {
  const change = fc.tuple(fc.constantFrom(...placesIn(seed)), HOSTILE);
  return fc.array(change, { minLength: 1, maxLength: 3 }).map((changes) =>
    changes.reduce<unknown>((value, [path, by]) => {
      try {
        return replaced(value, path, by);
      } catch (error) {
        // The place went with an earlier change.
        if (error instanceof TypeError) return value;
        throw error;
      }
    }, seed),
  );
}
