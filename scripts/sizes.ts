/** Prints what the built scripts weigh, gzipped, and fails when one weighs more than it may. Pages pay for them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const KB = 1024;
const OUTPUT = join(import.meta.dirname, '../.output');

/** What may be how big, in bytes. A document weighs what it loads before its first script runs. */
const BUDGET: [file: string, bytes: number][] = [
  ['firefox-mv3/page.js', 8 * KB],
  ['firefox-mv3/bridge.js', 3 * KB],
  ['firefox-mv3/service-worker-shim.js', 8 * KB],
  ['firefox-mv3/popup.html', 60 * KB],
  ['chrome-mv3/page.js', 8 * KB],
  ['chrome-mv3/bridge.js', 3 * KB],
  ['chrome-mv3/emulated-scope.js', 10 * KB],
  ['chrome-mv3/popup.html', 60 * KB],
];

/** The files that a document of the extension names, itself included. */
function parts(file: string): string[] {
  if (!file.endsWith('.html')) return [file];
  const root = file.split('/')[0];
  const html = readFileSync(join(OUTPUT, file), 'utf8');
  return [file, ...[...html.matchAll(/(?:src|href)="\/([^"]+)"/g)].map(([, path]) => `${root}/${path}`)];
}

let overweight = 0;
for (const [file, budget] of BUDGET) {
  const weight = parts(file).reduce(
    (sum, part) => sum + gzipSync(readFileSync(join(OUTPUT, part))).length,
    0,
  );
  if (weight > budget) overweight += 1;
  const verdict = weight > budget ? 'TOO BIG' : 'fits';
  console.log(`${file.padEnd(36)} ${kb(weight)} of ${kb(budget)} KB  ${verdict}`);
}
process.exitCode = overweight > 0 ? 1 : 0;

function kb(bytes: number): string {
  return (bytes / KB).toFixed(1).padStart(5);
}
