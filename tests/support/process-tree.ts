/** Browsers are trees of processes: what they weigh, and how to be rid of them. Linux only. */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** Reads a file under /proc; '' when the process has just gone. */
function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return '';
    throw error;
  }
}

/** State and parent of a process; null when there is none. */
function statusOf(pid: number): { state: string; parent: number } | null {
  const stat = readProc(pid, 'stat');
  // The name, in parentheses, may hold anything.
  const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return state && parent ? { state, parent: Number(parent) } : null;
}

function allPids(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** `root` and all its descendants. */
export function processTree(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const pid of allPids()) {
    const parent = statusOf(pid)?.parent;
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  const tree = [root];
  for (const pid of tree) tree.push(...(children.get(pid) ?? []));
  return tree;
}

function signalAll(pids: number[], signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

/** Stops `root` and all its descendants, or lets them go on. */
export function signalTree(root: number, signal: 'SIGSTOP' | 'SIGCONT'): void {
  signalAll(processTree(root), signal);
}

/** Ends `root` and all its descendants at once, and waits until they are gone. */
export async function killTree(root: number): Promise<void> {
  await killAndWait(processTree(root));
}

/** Ends every process that names `mark` in its command line: what a test run that died left behind. */
export async function killMarked(mark: string): Promise<void> {
  await killAndWait(
    allPids().filter((pid) => pid !== process.pid && readProc(pid, 'cmdline').includes(mark)),
  );
}

async function killAndWait(pids: number[]): Promise<void> {
  signalAll(pids, 'SIGKILL');
  const runs = (pid: number) => {
    const state = statusOf(pid)?.state;
    return state !== undefined && state !== 'Z' && state !== 'X';
  };
  while (pids.some(runs)) await delay(20);
}

/** Proportional set size of `root` and all its descendants, in bytes. */
export function memoryOfTree(root: number): number {
  let kibibytes = 0;
  for (const pid of processTree(root)) {
    kibibytes += Number(/^Pss:\s+(\d+)/m.exec(readProc(pid, 'smaps_rollup'))?.[1] ?? 0);
  }
  return kibibytes * 1024;
}

const TICKS_PER_SECOND = 100;

/** Processor time that `root` and all its descendants have used, in seconds. */
export function cpuOfTree(root: number): number {
  let ticks = 0;
  for (const pid of processTree(root)) {
    const stat = readProc(pid, 'stat');
    // utime, stime, and the same of children that have ended, are the 14th to 17th field: proc(5).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    for (const field of fields.slice(11, 15)) ticks += Number(field);
  }
  return ticks / TICKS_PER_SECOND;
}

/** Bytes that `root` and all its descendants have caused to be written to disk. */
export function bytesWrittenByTree(root: number): number {
  let bytes = 0;
  // A process that has ended counts with its parent.
  for (const pid of processTree(root))
    bytes += Number(/^write_bytes: (\d+)/m.exec(readProc(pid, 'io'))?.[1] ?? 0);
  return bytes;
}
