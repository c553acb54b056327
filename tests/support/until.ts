import { setTimeout as delay } from 'node:timers/promises';

const INTERVAL = 30;

type Truthy<T> = Exclude<T, false | null | undefined | 0 | ''>;

/**
 * Waits until `condition` gives something truthy, and gives that.
 * @param what what is waited for, for the error's message
 * @param timeout milliseconds
 */
export async function until<T>(
  what: string,
  condition: () => T | Promise<T>,
  timeout = 30_000,
): Promise<Truthy<T>> {
  const deadline = Date.now() + timeout;
  for (;;) {
    const value = await condition();
    if (value) return value as Truthy<T>;
    if (Date.now() > deadline) throw new Error(`Waited ${timeout} ms in vain until ${what}.`);
    await delay(INTERVAL);
  }
}
