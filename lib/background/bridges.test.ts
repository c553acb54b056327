import 'fake-indexeddb/auto';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Runtime } from 'webextension-polyfill';
import { announceChange } from '../store/changes.ts';
import { db } from '../store/database.ts';
import type { BackgroundFetchRow } from '../store/schema.ts';
import { emptyDatabase, fetchRow, ORIGIN } from '../store/testing/rows.ts';
import { serveBridge, updatePages } from './bridges.ts';

updatePages();

beforeEach(async () => {
  await emptyDatabase();
  await db.backgroundFetches.add(fetchRow());
  vi.useFakeTimers({ toFake: ['setTimeout'] });
});
afterEach(() => vi.useRealTimers());

/** A page that knows the background fetch; `pushed` is what it has heard. */
async function openPage() {
  const pushed: { downloaded: number; result: string }[] = [];
  const listeners: ((message: unknown) => void)[] = [];
  const closeListeners: (() => void)[] = [];
  const answered = Promise.withResolvers<void>();
  const port = {
    sender: { tab: { id: 1, incognito: false, url: `${ORIGIN}/` }, frameId: 0, url: `${ORIGIN}/` },
    onMessage: { addListener: (listener: (message: unknown) => void) => listeners.push(listener) },
    onDisconnect: { addListener: (listener: () => void) => closeListeners.push(listener) },
    postMessage: (message: { push?: (typeof pushed)[number] }) => {
      if (message.push) pushed.push(message.push);
      else answered.resolve();
    },
    disconnect: () => {},
  };
  serveBridge(port as unknown as Runtime.Port, false, async () => {});
  for (const listen of listeners)
    listen({ call: 1, name: 'get', argument: { scope: `${ORIGIN}/`, id: 'id' } });
  await answered.promise;
  return { pushed, close: () => void closeListeners.map((listener) => listener()) };
}

async function change(row: Partial<BackgroundFetchRow>): Promise<void> {
  await db.backgroundFetches.update('key', row);
  announceChange('key');
  // Until what was asked for at this change is there.
  for (let turn = 0; turn < 3; turn += 1) await db.backgroundFetches.get('key');
}

test('a page hears of progress at a bounded rate, of the last at once, and of nothing when it is gone', async () => {
  const { pushed, close } = await openPage();
  for (const downloaded of [1, 2, 3]) await change({ downloaded });
  expect(pushed.map(({ downloaded }) => downloaded)).toEqual([1]);
  vi.advanceTimersByTime(100);
  await vi.waitUntil(() => pushed.length === 2);
  expect(pushed[1]?.downloaded).toBe(3);
  await change({ downloaded: 4, result: 'success' });
  expect(pushed.at(-1)).toMatchObject({ downloaded: 4, result: 'success' });
  close();
  const heard = pushed.length;
  await change({ recordsAvailable: false });
  expect(pushed).toHaveLength(heard);
});

test('a page hears nothing of what it has not asked about', async () => {
  await db.backgroundFetches.add(fetchRow({ key: 'other', id: 'other' }));
  const { pushed, close } = await openPage();
  announceChange('other');
  await change({ result: 'success' });
  expect(pushed.map((each) => (each as unknown as { id: string }).id)).toEqual(['id']);
  close();
});
