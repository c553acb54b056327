import type { HeaderList } from '../protocol/wire.ts';

/** The combined value of a header, or null: https://fetch.spec.whatwg.org/#concept-header-list-get */
export function getHeader(headers: HeaderList, name: string): string | null {
  const wanted = name.toLowerCase();
  const values = headers.filter(([each]) => each.toLowerCase() === wanted).map(([, value]) => value);
  return values.length === 0 ? null : values.join(', ');
}

/** The header list without some headers. `names` are lower-case. */
export function withoutHeaders(headers: HeaderList, names: ReadonlySet<string>): HeaderList {
  return headers.filter(([name]) => !names.has(name.toLowerCase()));
}
