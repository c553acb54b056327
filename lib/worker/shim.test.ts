import { existsSync, readFileSync } from 'node:fs';
import { Script } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { build, type Rolldown } from 'vite';
import { beforeAll, expect, test } from 'vitest';

const BUILT = '.output/firefox-mv3/service-worker-shim.js';
const MOST_GZIP_BYTES = 8 * 1024;

let shim: string;

beforeAll(async () => {
  shim = existsSync(BUILT) ? readFileSync(BUILT, 'utf8') : await buildInMemory();
}, 30_000);

/** As WXT does it: see its unlisted-script entrypoint. */
async function buildInMemory(): Promise<string> {
  const entry = 'virtual:entry';
  const output = (await build({
    configFile: false,
    logLevel: 'error',
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id.endsWith(entry) ? entry : null),
        load: (id) =>
          id === entry ? `import script from '/entrypoints/service-worker-shim.ts'; script.main();` : null,
      },
    ],
    build: {
      target: 'es2023',
      write: false,
      lib: { entry, formats: ['iife'], name: 'shim', fileName: 'shim' },
    },
  })) as Rolldown.RolldownOutput[];
  const [chunk] = output[0]?.output ?? [];
  if (!chunk) throw new Error('The build gave nothing.');
  return chunk.code.replace(/^var shim=/, '');
}

test('is one line of ASCII that ends in a semicolon', () => {
  expect(shim.trimEnd()).toMatch(/^[\x20-\x7e]*;$/);
});

test('is a script that imports nothing, names no source map and declares nothing', () => {
  expect(() => new Script(shim)).not.toThrow();
  expect(() => new Script(`"use strict";${shim}`)).not.toThrow();
  expect(shim).not.toMatch(/\bimport\b|sourceMappingURL/);
  expect(shim).toMatch(/^\(/);
});

test('is small', () => {
  expect(gzipSync(shim).length).toBeLessThan(MOST_GZIP_BYTES);
});
