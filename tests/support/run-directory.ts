/**
 * A directory for all that a run writes. However the run ends, a guard process then ends every browser that is left
 * (each names the directory in its command line) and deletes the directory.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface RunDirectory {
  directory: string;
  /** Does now what the guard would do, and waits until it is done. */
  end(): Promise<void>;
}

export function makeRunDirectory(): RunDirectory {
  const directory = mkdtempSync(join(tmpdir(), 'backfetch-'));
  // Its input ends when this process does. Out of this process's group, it gets no Ctrl+C.
  const guard = spawn(process.execPath, [join(import.meta.dirname, 'guard.ts')], {
    detached: true,
    stdio: ['pipe', 'ignore', 'inherit'],
    env: { ...process.env, BACKFETCH_TEST_DIRECTORY: directory },
  });
  guard.unref();
  (guard.stdin as Socket).unref();
  return {
    directory,
    async end() {
      if (guard.exitCode !== null) return;
      const exited = once(guard, 'exit');
      guard.ref();
      guard.stdin.end();
      await exited;
    },
  };
}
