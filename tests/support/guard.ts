/** Waits for the end of the process that started it, then cleans up after it: see run-directory.ts. */
import { killMarked } from './process-tree.ts';
import { removeDirectory } from './remove-directory.ts';

const directory = process.env.BACKFETCH_TEST_DIRECTORY;
if (!directory) throw new Error('BACKFETCH_TEST_DIRECTORY says which directory to guard.');
process.stdin.resume();
process.stdin.once('close', async () => {
  await killMarked(directory);
  await removeDirectory(directory);
});
