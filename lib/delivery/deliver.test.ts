import 'fake-indexeddb/auto';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { AgentCalls, DeliveryOutcome } from '../protocol/agent.ts';
import type { ArgumentOf } from '../protocol/calls.ts';
import { type Channel, rpcClient, rpcServer } from '../protocol/rpc.ts';
import {
  abortBackgroundFetch,
  addBackgroundFetch,
  commit,
  recordsOf,
  settleBackgroundFetch,
} from '../store/background-fetches.ts';
import { announceChange } from '../store/changes.ts';
import { db } from '../store/database.ts';
import {
  emptyDatabase,
  fetchRow,
  ORIGIN,
  recordRows,
  requestHead,
  responseHead,
  storedFetch,
} from '../store/testing/rows.ts';
import { AgentConnection } from './agent-connection.ts';
import { type Delivery, deliver, fireBackgroundFetchClickEvent, isDeliveryDue } from './deliver.ts';

type Order = ArgumentOf<AgentCalls, 'deliver'>;
/** Calls of the site's worker while it handles an event. */
type WorkerCall = (name: string, argument: unknown) => Promise<unknown>;
type Worker = (order: Order, call: WorkerCall) => Promise<DeliveryOutcome>;

const SETTLED: DeliveryOutcome = { outcome: 'settled', handlers: 1, errors: [] };
const UNREACHABLE: DeliveryOutcome = { outcome: 'unreachable', reason: 'It does not answer.' };
const HOUR = 3_600_000;

beforeEach(async () => {
  await emptyDatabase();
  vi.stubGlobal('navigator', { locks: fakeLocks(), storage: { estimate: async () => ({}) } });
  vi.spyOn(console, 'warn').mockImplementation(() => {});
  vi.spyOn(console, 'error').mockImplementation(() => {});
  const requests = [requestHead('/a')];
  await addBackgroundFetch(fetchRow({ recordCount: 1 }), recordRows('key', requests));
  const bytes = { parts: [new Blob(['body'])], size: 4 };
  await commit('key', [{ index: 0, bytes, change: { response: responseHead(), result: 'success' } }], 4);
  await settleBackgroundFetch('key');
  return () => {
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  };
});

/** Web Locks, as far as they are used here. */
function fakeLocks() {
  const held = new Set<string>();
  return {
    async request(name: string, _: { ifAvailable: true }, work: (lock: object | null) => Promise<void>) {
      if (held.has(name)) return work(null);
      held.add(name);
      try {
        await work({});
      } finally {
        held.delete(name);
      }
    },
  };
}

/** Two ends of a channel. */
function channelPair(): [Channel, Channel] {
  const listeners: ((message: unknown) => void)[][] = [[], []];
  const end = (own: number): Channel => ({
    post: (message) => {
      const clone: unknown = structuredClone(message);
      queueMicrotask(() => {
        for (const listener of listeners[1 - own] ?? []) listener(clone);
      });
    },
    onMessage: (listener) => listeners[own]?.push(listener),
    onClose: () => {},
    close: () => {},
  });
  return [end(0), end(1)];
}

/** A site whose worker does this; `stored` is what was put into its caches for it. */
function site(worker: Worker) {
  const orders: Order[] = [];
  const stored: ArgumentOf<AgentCalls, 'store'>[] = [];
  const opened: string[] = [];
  const updates: ArgumentOf<AgentCalls, 'update'>[] = [];
  const changed: string[] = [];
  const delivery: Delivery = {
    async withAgent(origin, work) {
      expect(origin).toBe(ORIGIN);
      const [ours, agents] = channelPair();
      const background = rpcClient<{ worker: { argument: unknown; result: unknown } }>(agents);
      rpcServer(agents, async (name, argument) => {
        if (name === 'update') return updates.push(argument as ArgumentOf<AgentCalls, 'update'>) > 0;
        if (name === 'store') return void stored.push(argument as ArgumentOf<AgentCalls, 'store'>);
        const order = argument as Order;
        orders.push(order);
        return worker(order, (call, inner) =>
          background.call('worker', { delivery: order.delivery, name: call, argument: inner }),
        );
      });
      await work(new AgentConnection(ours));
    },
    loadScopeScript: async () => null,
    changed: async (key) => {
      changed.push(key);
    },
    clients: { match: async () => [], post: async () => {}, focus: async () => {} },
    openTab: async (url) => {
      opened.push(url);
    },
  };
  return { delivery, orders, stored, updates, opened, changed };
}

const nothingLost = async () => {
  expect(await recordsOf('key').count()).toBe(1);
  expect(await db.bodies.count()).toBe(1);
};

describe('a result', () => {
  test('reaches the service worker, and its bytes go when that has acknowledged', async () => {
    const { delivery, orders } = site(async () => {
      await nothingLost();
      expect((await storedFetch()).state).toBe('delivering');
      return SETTLED;
    });
    await deliver('key', delivery);
    expect(orders).toMatchObject([
      {
        scope: `${ORIGIN}/`,
        order: { event: 'backgroundfetchsuccess', snapshot: { result: 'success', recordsAvailable: true } },
      },
    ]);
    expect(await storedFetch()).toMatchObject({ state: 'done', deliveredBy: 'event' });
    expect(await db.bodies.count()).toBe(0);
  });

  test.each([
    ['bad-status', 'backgroundfetchfail'],
    ['aborted', 'backgroundfetchabort'],
  ] as const)('that is %s is told by %s', async (failureReason, event) => {
    await db.backgroundFetches.update('key', { result: 'failure', failureReason });
    const { delivery, orders } = site(async () => SETTLED);
    await deliver('key', delivery);
    expect(orders[0]?.order.event).toBe(event);
  });

  test('is taken as acknowledged although the site’s handler failed: that is over too', async () => {
    const { delivery } = site(async () => ({ ...SETTLED, errors: ['TypeError: x is not a function'] }));
    await deliver('key', delivery);
    expect(await storedFetch()).toMatchObject({ state: 'done', deliveredBy: 'event' });
  });

  test('of a service worker that was unregistered goes', async () => {
    const { delivery } = site(async () => ({ outcome: 'no-registration' }));
    await deliver('key', delivery);
    expect(await storedFetch()).toMatchObject({ state: 'done', deliveredBy: '' });
  });
});

describe('a hand-off that breaks off', () => {
  test.each<[string, Worker]>([
    ['since the worker can not be told', async () => UNREACHABLE],
    ['since the agent dies', async () => Promise.reject(new Error('gone'))],
    ['since the agent speaks nonsense', async () => null as unknown as DeliveryOutcome],
  ])('%s loses nothing and is repeated later', async (_, worker) => {
    const { delivery } = site(worker);
    const before = Date.now();
    await deliver('key', delivery);
    const { state, retryAt, deliveryAttempts } = await storedFetch();
    expect([state, deliveryAttempts]).toEqual(['settled', 1]);
    expect(retryAt).toBeGreaterThan(before);
    await nothingLost();
    await deliver('key', site(async () => SETTLED).delivery);
    expect((await storedFetch()).state).toBe('done');
  });

  test('since there is no agent is repeated ever more seldom, every hour at least', async () => {
    const withAgent = () => Promise.reject(new TypeError('The site is down.'));
    const delivery = { ...site(async () => SETTLED).delivery, withAgent };
    const waits: number[] = [];
    for (let attempt = 0; attempt < 10; attempt += 1) {
      const before = Date.now();
      await deliver('key', delivery);
      waits.push((await storedFetch()).retryAt - before);
    }
    expect(waits[1]).toBeGreaterThan(waits[0] ?? 0);
    expect(Math.max(...waits)).toBeLessThanOrEqual(HOUR + 1000);
    await nothingLost();
  });

  test('since the browser died in the middle is taken up again', async () => {
    await db.backgroundFetches.update('key', { state: 'delivering', deliveryAttempts: 1 });
    const { delivery, orders } = site(async () => SETTLED);
    await deliver('key', delivery);
    expect(orders).toHaveLength(1);
    expect((await storedFetch()).state).toBe('done');
  });

  test('again and again, since the worker can not be told, ends in the site’s cache', async () => {
    const { delivery, stored } = site(async () => UNREACHABLE);
    for (let attempt = 0; attempt < 3; attempt += 1) await deliver('key', delivery);
    expect(stored).toHaveLength(1);
    expect(stored[0]).toMatchObject({
      cache: 'background-fetch:id',
      records: [
        { index: 0, request: { url: `${ORIGIN}/a` }, response: { head: { status: 200 }, result: 'success' } },
      ],
    });
    expect(await new Blob(stored[0]?.records[0]?.response.pieces).text()).toBe('body');
    expect(await storedFetch()).toMatchObject({ state: 'done', deliveredBy: 'cache' });
  });
});

test('a hand-off waits for its time, but not for that of a clock which was set back', () => {
  const now = 100 * HOUR;
  const due = [0, now, now + 1, now + HOUR, now + HOUR + 1].map((retryAt) =>
    isDeliveryDue(fetchRow({ retryAt }), now),
  );
  expect(due).toEqual([true, true, false, false, true]);
});

test('two who hand over the same result at once fire one event', async () => {
  const over = Promise.withResolvers<DeliveryOutcome>();
  const { delivery, orders } = site(() => over.promise);
  const first = deliver('key', delivery);
  await vi.waitUntil(() => orders.length === 1);
  await deliver('key', delivery);
  over.resolve(SETTLED);
  await first;
  expect(orders).toHaveLength(1);
  expect(await storedFetch()).toMatchObject({ state: 'done', deliveryAttempts: 1 });
});

test.each(['active', 'paused', 'pending', 'done'] as const)(
  'one that is %s is not handed over',
  async (state) => {
    await db.backgroundFetches.update('key', { state });
    const { delivery, orders } = site(async () => SETTLED);
    await deliver('key', delivery);
    expect(orders).toEqual([]);
    expect((await storedFetch()).state).toBe(state);
  },
);

describe('while it handles the event, the worker', () => {
  /** Hands over, and gives what this call of the worker came to. */
  async function during(call: (call: WorkerCall) => Promise<unknown>): Promise<unknown> {
    let result: unknown;
    const { delivery } = site(async (_, workerCall) => {
      result = await call(workerCall).catch((error: unknown) => error);
      return SETTLED;
    });
    await deliver('key', delivery);
    return result;
  }
  const failure = (name: string) => expect.objectContaining({ error: expect.objectContaining({ name }) });

  test('reads its records', async () => {
    const options = { ignoreSearch: false, ignoreMethod: false, ignoreVary: false };
    const records = await during((call) =>
      call('match', { key: 'key', request: null, options, first: false }),
    );
    expect(records).toMatchObject([{ index: 0, response: { result: 'success' } }]);
  });

  test('sees nothing of other origins’ background fetches', async () => {
    await addBackgroundFetch(
      fetchRow({ key: 'other', origin: 'https://other.example', scope: 'https://other.example/' }),
      [],
    );
    expect(await during((call) => call('abort', { key: 'other' }))).toBe(false);
    expect((await storedFetch('other')).state).toBe('active');
  });

  test('changes what the person sees, once', async () => {
    const icons = [{ src: `${ORIGIN}/i.png` }];
    const again = await during(async (call) => {
      await call('updateUI', { title: 'Ready', icons });
      return call('updateUI', { title: 'Again' });
    });
    expect(again).toEqual(failure('InvalidStateError'));
    expect(await storedFetch()).toMatchObject({ title: 'Ready', icons });
  });

  test('changes nothing after an abort', async () => {
    await db.backgroundFetches.update('key', { result: 'failure', failureReason: 'aborted' });
    expect(await during((call) => call('updateUI', { title: 'Hm' }))).toEqual(failure('InvalidStateError'));
    expect((await storedFetch()).title).toBe('');
  });

  test.each<[string, unknown]>([
    ['updateUI', { title: 5 }],
    ['updateUI', null],
    ['openWindow', { url: 'javascript:alert(1)' }],
    ['nothing', {}],
    ['settled', { handlers: 1, errors: [] }],
  ])('may not call %s with %j', async (name, argument) => {
    expect(await during((call) => call(name, argument))).toEqual(failure('TypeError'));
  });

  test('opens no window: the person did nothing', async () => {
    expect(await during((call) => call('openWindow', { url: `${ORIGIN}/` }))).toEqual(
      failure('NotAllowedError'),
    );
  });

  test('hears of the progress of what it has seen', async () => {
    await addBackgroundFetch(
      fetchRow({ key: 'other', id: 'other' }),
      recordRows('other', [requestHead('/')]),
    );
    const { delivery, updates } = site(async ({ delivery }, call) => {
      await call('get', { scope: `${ORIGIN}/`, id: 'other' });
      await abortBackgroundFetch('other');
      announceChange('other');
      await vi.waitUntil(() => updates.length > 0);
      expect(updates[0]?.delivery).toBe(delivery);
      return SETTLED;
    });
    await deliver('key', delivery);
    announceChange('other');
    expect(updates).toMatchObject([{ update: { id: 'other', result: 'failure', failureReason: 'aborted' } }]);
  });

  test('and not later', async () => {
    let late: WorkerCall | undefined;
    const { delivery } = site(async (_, call) => {
      late = call;
      return SETTLED;
    });
    await deliver('key', delivery);
    await expect(late?.('getIds', { scope: `${ORIGIN}/` })).rejects.toEqual(failure('InvalidStateError'));
  });
});

describe('a click', () => {
  test('reaches the worker at any time, and leaves the download as it is', async () => {
    await db.backgroundFetches.update('key', { state: 'active', result: '', listed: 1 });
    const { delivery, orders } = site(async () => SETTLED);
    await fireBackgroundFetchClickEvent('key', delivery);
    expect(orders[0]?.order.event).toBe('backgroundfetchclick');
    expect(await storedFetch()).toMatchObject({ state: 'active', deliveryAttempts: 0 });
    await abortBackgroundFetch('key');
  });

  test('lets it open one window of its own origin', async () => {
    const results: unknown[] = [];
    const { delivery, opened } = site(async (_, call) => {
      for (const url of ['https://other.example/', `${ORIGIN}/page`, `${ORIGIN}/second`]) {
        results.push(
          await call('openWindow', { url }).catch((error: { error: { name: string } }) => error.error.name),
        );
      }
      return SETTLED;
    });
    await fireBackgroundFetchClickEvent('key', delivery);
    expect(opened).toEqual([`${ORIGIN}/page`]);
    expect(results).toEqual(['TypeError', undefined, 'NotAllowedError']);
  });

  test('that does not reach the worker is told as an error', async () => {
    const { delivery } = site(async () => UNREACHABLE);
    await expect(fireBackgroundFetchClickEvent('key', delivery)).rejects.toThrow('It does not answer.');
  });

  test('on what is gone does nothing', async () => {
    const { delivery, orders } = site(async () => SETTLED);
    await fireBackgroundFetchClickEvent('nobody', delivery);
    expect(orders).toEqual([]);
  });
});
