/** What a reviewer does: unpack the sources, run `npm ci` and `npm run build-for-amo`, compare. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { zipOf } from '../support/packages.ts';
import { removeDirectory } from '../support/remove-directory.ts';

const MINUTE = 60_000;

const directory = mkdtempSync(join(tmpdir(), 'backfetch-sources-'));
afterAll(() => removeDirectory(directory));

test('the sources build the Firefox package, byte by byte', { timeout: 5 * MINUTE }, () => {
  for (const [name, content] of zipOf('sources')) {
    const file = join(directory, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  // The test runner's own NODE_ENV would make it another build.
  const { NODE_ENV: _, ...env } = process.env;
  const npm = (...args: string[]) => execFileSync('npm', args, { cwd: directory, env, stdio: 'pipe' });
  npm('ci', '--prefer-offline', '--no-audit', '--no-fund');
  npm('run', 'build-for-amo');

  const built = join(directory, '.output/firefox-mv3');
  const rebuilt = readdirSync(built, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const submitted = zipOf('firefox');
  expect(rebuilt.map((file) => relative(built, file)).sort()).toEqual([...submitted.keys()].sort());
  const different = rebuilt.filter(
    (file) => !submitted.get(relative(built, file))?.equals(readFileSync(file)),
  );
  expect(different).toEqual([]);
});
