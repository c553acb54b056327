/** Starting and ending a browser's processes, with a directory of its own for all that it writes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { bytesWrittenByTree, cpuOfTree, killTree, memoryOfTree, signalTree } from './process-tree.ts';
import { makeRunDirectory } from './run-directory.ts';

const START_TIMEOUT = 60_000;
const QUIT_TIMEOUT = 20_000;

/** In tests the one that global-setup.ts made; elsewhere made when first asked for. */
function runDirectory(): string {
  process.env.BACKFETCH_TEST_DIRECTORY ??= makeRunDirectory().directory;
  return process.env.BACKFETCH_TEST_DIRECTORY;
}

/** A new directory for one browser. */
export function makeDirectory(name: string): string {
  return mkdtempSync(join(runDirectory(), `${name}-`));
}

/** The first of `candidates` that can be run. */
export function findExecutable(candidates: (string | undefined)[]): string {
  for (const candidate of candidates) {
    if (candidate && isExecutable(candidate)) return candidate;
  }
  throw new Error(
    `No browser at ${candidates.filter(Boolean).join(', ')}. Install one from your distribution.`,
  );
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

export interface BrowserProcess {
  /** What `endpoint` matched. */
  endpoint: string;
  memory(): number;
  /** Processor time that its processes have used, in seconds. */
  cpu(): number;
  /** Bytes that its processes have caused to be written to disk. */
  bytesWritten(): number;
  /** Stops all its processes, as a machine does that goes to sleep, until `meanwhile` is over. */
  sleep(meanwhile: () => Promise<void>): Promise<void>;
  /** SIGKILL to the whole tree. */
  kill(): Promise<void>;
  /** Waits until it, having been told to quit, has ended; kills it when that takes too long. */
  quit(): Promise<void>;
  /** Resolves when it has ended. */
  exited: Promise<void>;
}

/**
 * @param temporary where the browser may put temporary files
 * @param endpoint matches the line on standard error that tells where to connect; the first group is the address
 * @param onLine gets every line that the browser prints
 */
export async function startProcess(
  executable: string,
  args: string[],
  temporary: string,
  endpoint: RegExp,
  onLine: (line: string) => void,
): Promise<BrowserProcess> {
  mkdirSync(temporary, { recursive: true });
  const child = spawn(executable, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TMPDIR: temporary, MOZ_CRASHREPORTER_DISABLE: '1' },
  });
  const exited = once(child, 'exit');
  const pid = child.pid;
  if (pid === undefined) {
    await exited;
    throw new Error(`${executable} did not start.`);
  }
  let alive = true;
  void exited.then(() => {
    alive = false;
  });
  const kill = async () => {
    // Its number may be another process's by now.
    if (!alive) return;
    await killTree(pid);
    await exited;
  };
  try {
    return {
      endpoint: await findEndpoint(child, endpoint, onLine),
      memory: () => memoryOfTree(pid),
      cpu: () => cpuOfTree(pid),
      bytesWritten: () => bytesWrittenByTree(pid),
      async sleep(meanwhile) {
        signalTree(pid, 'SIGSTOP');
        try {
          await meanwhile();
        } finally {
          signalTree(pid, 'SIGCONT');
        }
      },
      kill,
      exited: exited.then(() => {}),
      async quit() {
        const timer = setTimeout(kill, QUIT_TIMEOUT);
        await exited;
        clearTimeout(timer);
      },
    };
  } catch (error) {
    await kill();
    throw error;
  }
}

function findEndpoint(
  child: ChildProcess,
  endpoint: RegExp,
  onLine: (line: string) => void,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const printed: string[] = [];
    const fail = (why: string) => reject(new Error(`The browser ${why}.\n${printed.join('\n')}`));
    const timer = setTimeout(fail, START_TIMEOUT, 'did not say where to connect');
    child.once('exit', (code, signal) => fail(`ended with ${code ?? signal}`));
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue;
      createInterface(stream).on('line', (line) => {
        if (printed.length < 50) printed.push(line);
        const address = endpoint.exec(line)?.[1];
        if (address) {
          clearTimeout(timer);
          resolve(address);
        }
        onLine(line);
      });
    }
  });
}
