import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { departures } from './departures.ts';

test('every departure is from a requirement of the suite', () => {
  const sources = readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => readFileSync(join(import.meta.dirname, file), 'utf8'));
  const unknown = departures.filter(
    ({ requirement }) => !sources.some((source) => source.includes(`'${requirement}'`)),
  );
  expect(unknown).toEqual([]);
});
