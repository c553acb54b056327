/** Gives a run of browser tests a directory of its own. */
import { makeRunDirectory } from './run-directory.ts';

export default function setup(): () => Promise<void> {
  const { directory, end } = makeRunDirectory();
  process.env.BACKFETCH_TEST_DIRECTORY = directory;
  return end;
}
