import { rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

const PATIENCE = 10_000;

/** Deletes a directory in which processes that are about to end may still write. */
export async function removeDirectory(directory: string): Promise<void> {
  const deadline = Date.now() + PATIENCE;
  for (;;) {
    try {
      await rm(directory, { recursive: true, force: true });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOTEMPTY' || Date.now() > deadline) throw error;
      await delay(50);
    }
  }
}
