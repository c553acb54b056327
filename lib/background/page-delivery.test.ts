import 'fake-indexeddb/auto';
import { beforeEach, expect, test, vi } from 'vitest';
import type { Runtime } from 'webextension-polyfill';
import { db } from '../store/database.ts';
import { emptyDatabase, fetchRow, ORIGIN } from '../store/testing/rows.ts';

// What delivers through open pages also looks for them; here the port has come already.
vi.mock('webextension-polyfill', () => ({ default: {} }));
const { deliverThroughPage } = await import('./page-delivery.ts');

const PAGE = { tab: { id: 1, incognito: false, url: `${ORIGIN}/` }, frameId: 0, url: `${ORIGIN}/` };

beforeEach(async () => {
  await emptyDatabase();
  await db.backgroundFetches.add(fetchRow({ state: 'settled', result: 'success', deliveryAttempts: 1 }));
  const request = (_name: string, _options: object, work: (lock: object) => Promise<void>) => work({});
  vi.stubGlobal('navigator', { locks: { request } });
  return () => vi.unstubAllGlobals();
});

/** An agent whose service worker takes what it is given; the names of the calls that it has heard. */
async function heardBy(sender: object): Promise<string[]> {
  const heard: string[] = [];
  const listeners: ((message: unknown) => void)[] = [];
  const port = {
    sender,
    onMessage: { addListener: (listener: (message: unknown) => void) => listeners.push(listener) },
    onDisconnect: { addListener: () => {} },
    postMessage({ call, name }: { call: number; name: string }) {
      heard.push(name);
      const result = { outcome: 'settled', handlers: 1, errors: [] };
      for (const listener of listeners) listener({ answer: call, result });
    },
    disconnect: vi.fn(),
  };
  const effects = {
    loadScopeScript: async () => null,
    openTab: async () => {},
    clients: { match: async () => [], post: async () => {}, focus: async () => {} },
    changed: async () => {},
  };
  await deliverThroughPage(port as unknown as Runtime.Port, effects);
  expect(port.disconnect).toHaveBeenCalledOnce();
  return heard;
}

test('what waits is handed over through a page of the site in a tab', async () => {
  expect(await heardBy(PAGE)).toEqual(['deliver']);
  expect((await db.backgroundFetches.get('key'))?.state).toBe('done');
});

test.each([
  ['a frame of it, above which another site may stand', { ...PAGE, frameId: 7 }],
  ['a page of a private window', { ...PAGE, tab: { ...PAGE.tab, incognito: true } }],
  ['a page of another site', { ...PAGE, url: 'https://other.example/' }],
])('not through %s', async (_, sender) => {
  expect(await heardBy(sender)).toEqual([]);
  expect((await db.backgroundFetches.get('key'))?.state).toBe('settled');
});
