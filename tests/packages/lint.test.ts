/** The Firefox package passes what addons.mozilla.org checks on upload (`web-ext lint` runs the same linter). */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageJson } from '../support/packages.ts';

const MINUTE = 60_000;
const ROOT = join(import.meta.dirname, '../..');

/**
 * What the linter finds and we leave, each with its reason.
 * - innerHTML: Preact's own code for `dangerouslySetInnerHTML`, which nothing of ours uses (Biome forbids it).
 */
const EXCEPTIONS = ['UNSAFE_VAR_ASSIGNMENT: Unsafe assignment to innerHTML'];

interface Finding {
  code: string;
  message: string;
}

test('the linter finds nothing but the known exceptions', { timeout: 2 * MINUTE }, () => {
  const linter = join(ROOT, 'node_modules/addons-linter/bin/addons-linter');
  const zip = join(ROOT, `.output/backfetch-${packageJson.version}-firefox.zip`);
  const { stdout, stderr } = spawnSync(process.execPath, [linter, '--output=json', zip], {
    encoding: 'utf8',
  });
  const { errors, warnings, notices } = JSON.parse(stdout || `"${stderr}"`) as Record<string, Finding[]>;
  const found = [errors, warnings, notices].flat().map((finding) => `${finding?.code}: ${finding?.message}`);
  expect(found).toEqual(EXCEPTIONS);
});
