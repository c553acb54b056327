/** Gives a run a directory of its own, and leaves nothing behind: no files, and no browser of a test that died. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeDirectory } from './browser-process.ts';
import { killMarked } from './process-tree.ts';

export default function setup(): () => Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'backfetch-tests-'));
  process.env.BACKFETCH_TEST_DIRECTORY = directory;
  return async () => {
    await killMarked(directory);
    removeDirectory(directory);
  };
}
