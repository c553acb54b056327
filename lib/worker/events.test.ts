import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { BackgroundFetchManager } from '../api/background-fetch-manager.ts';
import type { BackgroundFetchRegistration } from '../api/background-fetch-registration.ts';
import { recordOf } from '../api/testing/fake-site.ts';
import type { BackgroundFetchEventName } from '../protocol/calls.ts';
import { portChannel, rpcServer } from '../protocol/rpc.ts';
import type { Snapshot } from '../protocol/wire.ts';
import { type FireEvent, installBackgroundFetch } from './events.ts';
import { createFakeScope, type FakeScope } from './fake-scope.ts';
import type { ExtendableEvent } from './service-worker.ts';

interface BackgroundFetchEvent extends ExtendableEvent {
  registration: BackgroundFetchRegistration;
  updateUI(options?: object): Promise<void>;
}
type EventInterface = new (type: string, init?: object) => BackgroundFetchEvent;

const SNAPSHOT: Snapshot = {
  key: 'key',
  id: 'episode',
  uploadTotal: 0,
  uploaded: 0,
  downloadTotal: 0,
  downloaded: 5,
  result: 'success',
  failureReason: '',
  recordsAvailable: true,
};

let scope: FakeScope;
let fireEvent: FireEvent;
let calls: [name: string, argument: unknown][];
let ports: MessagePort[];

beforeEach(() => {
  vi.stubGlobal('location', { href: 'https://site.example/app/sw.js' });
  scope = createFakeScope();
  fireEvent = installBackgroundFetch(scope);
  calls = [];
  ports = [];
});

afterEach(() => {
  for (const port of ports) port.close();
  vi.unstubAllGlobals();
});

/** Fires the event with a background that answers every call with nothing. */
function fire(event: BackgroundFetchEventName, snapshot = SNAPSHOT): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  ports.push(port1, port2);
  rpcServer(portChannel(port1), async (name, argument) => {
    calls.push([name, argument]);
    return name === 'match' ? [] : undefined;
  });
  return fireEvent({ event, snapshot }, port2);
}

function listen(name: BackgroundFetchEventName, listener: (event: BackgroundFetchEvent) => void): void {
  scope.addEventListener(name, listener as unknown as EventListener);
}

test('an event has its class and its registration, and is over when its promises have settled', async () => {
  const seen: unknown[] = [];
  listen('backgroundfetchsuccess', (event) => {
    seen.push(`${event}`, event instanceof scope.ExtendableEvent, event.registration.id);
    event.waitUntil(
      event.registration.matchAll().then(() => {
        // The event is still active in the reactions of its last promise.
        event.waitUntil(Promise.resolve().then(() => seen.push('late')));
      }),
    );
  });
  await fire('backgroundfetchsuccess');
  expect(seen).toEqual(['[object BackgroundFetchUpdateUIEvent]', true, 'episode', 'late']);
  expect(calls.map(([name]) => name)).toEqual(['match', 'settled']);
  expect(calls.at(-1)).toEqual(['settled', { handlers: 1, errors: [] }]);
});

test('what promises are rejected with is told', async () => {
  listen('backgroundfetchfail', (event) => event.waitUntil(Promise.reject(new Error('no room'))));
  await fire('backgroundfetchfail');
  expect(calls).toEqual([['settled', { handlers: 1, errors: ['Error: no room'] }]]);
});

test('an event without listeners is over at once', async () => {
  await fire('backgroundfetchabort');
  expect(calls).toEqual([['settled', { handlers: 0, errors: [] }]]);
});

test('abort and click events have no updateUI()', async () => {
  const seen: boolean[] = [];
  for (const name of ['backgroundfetchabort', 'backgroundfetchclick'] as const) {
    listen(name, (event) => seen.push('updateUI' in event));
    await fire(name);
  }
  expect(seen).toEqual([false, false]);
});

test('updateUI() works once, and only while the event is active', async () => {
  let event: BackgroundFetchEvent | undefined;
  const seen: unknown[] = [];
  listen('backgroundfetchsuccess', (fired) => {
    event = fired;
    fired.waitUntil(
      (async () => {
        await expect(fired.updateUI({ icons: 5 })).rejects.toBeInstanceOf(TypeError);
        seen.push(await fired.updateUI({ title: 'Ready', icons: [{ src: 'i.png' }] }));
        await expect(fired.updateUI()).rejects.toMatchObject({ name: 'InvalidStateError' });
      })(),
    );
  });
  await fire('backgroundfetchsuccess');
  expect(seen).toEqual([undefined]);
  expect(calls).toEqual([
    ['updateUI', { title: 'Ready', icons: [{ src: 'https://site.example/app/i.png' }] }],
    ['settled', { handlers: 1, errors: [] }],
  ]);
  await expect(event?.updateUI()).rejects.toMatchObject({ name: 'InvalidStateError' });
  expect(() => event?.waitUntil(null)).toThrow(expect.objectContaining({ name: 'InvalidStateError' }));
});

test('the records are gone when the event is over, and there again when it is fired again', async () => {
  const registrations: BackgroundFetchRegistration[] = [];
  listen('backgroundfetchsuccess', (event) => {
    expect(event.registration.recordsAvailable).toBe(true);
    registrations.push(event.registration);
  });
  await fire('backgroundfetchsuccess');
  expect(registrations[0]?.recordsAvailable).toBe(false);
  await fire('backgroundfetchsuccess');
  expect(registrations).toHaveLength(2);
});

test('an event that is fired again does not wait for what the lost one asked', async () => {
  const handled: number[] = [];
  listen('backgroundfetchsuccess', (event) => {
    event.waitUntil(
      (async () => {
        await event.registration.matchAll();
        handled.push(handled.length);
      })(),
    );
  });
  // The background dies: nobody answers.
  const { port1, port2 } = new MessageChannel();
  ports.push(port1, port2);
  void fireEvent({ event: 'backgroundfetchsuccess', snapshot: SNAPSHOT }, port2);
  await fire('backgroundfetchsuccess');
  expect(handled).toHaveLength(1);
  expect(calls.map(([name]) => name)).toEqual(['match', 'settled']);
});

test('a lost event that ends late takes no records from the one that was fired again', async () => {
  const ends = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const registrations: BackgroundFetchRegistration[] = [];
  listen('backgroundfetchsuccess', (event) => {
    event.waitUntil(ends[registrations.length]?.promise ?? null);
    registrations.push(event.registration);
  });
  const lost = fire('backgroundfetchsuccess');
  const again = fire('backgroundfetchsuccess');
  ends[0]?.resolve();
  await lost;
  expect(registrations[1]?.recordsAvailable).toBe(true);
  ends[1]?.resolve();
  await again;
  expect(registrations[1]?.recordsAvailable).toBe(false);
});

test('events that a site makes are neither active nor trusted, and want a registration', async () => {
  const { BackgroundFetchUpdateUIEvent, BackgroundFetchEvent } = scope as unknown as Record<
    string,
    EventInterface
  > & {
    BackgroundFetchEvent: EventInterface;
    BackgroundFetchUpdateUIEvent: EventInterface;
  };
  let registration: BackgroundFetchRegistration | undefined;
  listen('backgroundfetchclick', (event) => {
    registration = event.registration;
  });
  await fire('backgroundfetchclick');
  const own = new BackgroundFetchUpdateUIEvent('backgroundfetchsuccess', { registration });
  expect(own.registration).toBe(registration);
  expect(own).toBeInstanceOf(BackgroundFetchEvent);
  await expect(own.updateUI()).rejects.toMatchObject({ name: 'InvalidStateError' });
  expect(() => own.waitUntil(null)).toThrow(expect.objectContaining({ name: 'InvalidStateError' }));
  expect(() => new BackgroundFetchEvent('x', {})).toThrow(TypeError);
  expect(() => new BackgroundFetchEvent('x')).toThrow(TypeError);
  expect(BackgroundFetchEvent).toHaveLength(2);
  expect(BackgroundFetchUpdateUIEvent.prototype.updateUI).toHaveLength(0);
});

test('handler attributes keep their place among the listeners', async () => {
  const order: string[] = [];
  scope.onbackgroundfetchclick = () => order.push('replaced');
  listen('backgroundfetchclick', () => order.push('listener'));
  scope.onbackgroundfetchclick = () => order.push('attribute');
  await fire('backgroundfetchclick');
  scope.onbackgroundfetchclick = 'no function';
  expect(scope.onbackgroundfetchclick).toBeNull();
  await fire('backgroundfetchclick');
  expect(order).toEqual(['attribute', 'listener', 'listener']);
});

test('a handler that was set before the API came is kept', async () => {
  const early = createFakeScope();
  const handler = vi.fn();
  early.onbackgroundfetchclick = handler;
  fireEvent = installBackgroundFetch(early);
  await fire('backgroundfetchclick');
  expect(early.onbackgroundfetchclick).toBe(handler);
  expect(handler).toHaveBeenCalledOnce();
});

test('clients.openWindow() goes through a click event and is native outside of it', async () => {
  const { openWindow } = scope.Clients.prototype;
  const seen: unknown[] = [];
  listen('backgroundfetchclick', (event) => {
    event.waitUntil(
      (async () => {
        seen.push(await scope.clients.openWindow('episode'));
        await expect(scope.clients.openWindow('https://:')).rejects.toBeInstanceOf(TypeError);
        await expect(scope.clients.openWindow('about:blank')).rejects.toBeInstanceOf(TypeError);
      })(),
    );
  });
  try {
    await fire('backgroundfetchclick');
    expect(seen).toEqual([null]);
    expect(calls[0]).toEqual(['openWindow', { url: 'https://site.example/app/episode' }]);
    expect(await scope.clients.openWindow('x')).toEqual({ native: 'x' });
  } finally {
    scope.Clients.prototype.openWindow = openWindow;
  }
});

test('the manager works while an event is under way', async () => {
  const registration = new (
    scope.ServiceWorkerRegistration as unknown as new () => ServiceWorkerRegistration & {
      backgroundFetch: { getIds(): Promise<string[]> };
    }
  )();
  await expect(registration.backgroundFetch.getIds()).rejects.toMatchObject({ name: 'NotAllowedError' });
  listen('backgroundfetchsuccess', (event) => event.waitUntil(registration.backgroundFetch.getIds()));
  await fire('backgroundfetchsuccess');
  expect(calls[0]).toEqual(['getIds', { scope: 'https://site.example/app/' }]);
});

test('what a handler has not waited for is answered all the same', async () => {
  const answers: Record<string, PromiseWithResolvers<unknown>> = {
    getIds: Promise.withResolvers(),
    read: Promise.withResolvers(),
  };
  const outside = vi.fn(
    async () => recordOf('https://site.example/', { result: 'aborted' }).response as never,
  );
  fireEvent = installBackgroundFetch(scope, { call: outside, onUpdate: () => {} });
  const running = recordOf('https://site.example/', { head: null, result: '', pieces: [] });
  const { port1, port2 } = new MessageChannel();
  ports.push(port1, port2);
  const heard: string[] = [];
  rpcServer(portChannel(port1), async (name) => {
    heard.push(name);
    return name === 'match' ? [running] : answers[name]?.promise;
  });
  let ids: Promise<string[]> | undefined;
  let ready: Promise<Response> | undefined;
  listen('backgroundfetchsuccess', (event) =>
    event.waitUntil(
      (async () => {
        const { backgroundFetch } = scope.registration as unknown as {
          backgroundFetch: BackgroundFetchManager;
        };
        ids = backgroundFetch.getIds();
        const [record] = await event.registration.matchAll();
        ready = record?.responseReady;
      })(),
    ),
  );
  const over = fireEvent({ event: 'backgroundfetchsuccess', snapshot: SNAPSHOT }, port2);
  await vi.waitFor(() => expect(heard).toContain('read'));
  expect(heard).not.toContain('settled');
  answers.getIds?.resolve(['id']);
  expect(await ids).toEqual(['id']);
  await expect(ready).rejects.toMatchObject({ name: 'AbortError' });
  expect(outside).toHaveBeenCalledWith('read', expect.anything());
  await over;
  expect(heard.at(-1)).toBe('settled');
});

describe('background fetches that go on', () => {
  const OTHER = { ...SNAPSHOT, key: 'other', id: 'other', result: '' as const, downloaded: 0 };

  /** An event whose listener gets "other", and what the background then tells during the event. */
  async function fireWithOther(during: (push: (update: Snapshot) => void) => Promise<void>) {
    const { port1, port2 } = new MessageChannel();
    ports.push(port1, port2);
    const heard = vi.fn();
    const { push } = rpcServer(portChannel(port1), async (name) => {
      if (name === 'heard') heard();
      return name === 'get' ? OTHER : undefined;
    });
    let other: BackgroundFetchRegistration | undefined;
    listen('backgroundfetchsuccess', (event) =>
      event.waitUntil(
        (async () => {
          const { backgroundFetch } = scope.registration as unknown as {
            backgroundFetch: BackgroundFetchManager;
          };
          other = await backgroundFetch.get('other');
          await during(push);
        })(),
      ),
    );
    await fireEvent({ event: 'backgroundfetchsuccess', snapshot: SNAPSHOT }, port2);
    return { other, heard };
  }

  test('are up to date during an event, and the worker says that it hears', async () => {
    const { other, heard } = await fireWithOther(async (push) => {
      push({ ...OTHER, downloaded: 3 });
      await vi.waitFor(() => expect(heard).toHaveBeenCalledOnce());
    });
    expect(other?.downloaded).toBe(3);
  });

  test('are asked about on the other way when the event is over, and updated by it', async () => {
    const call = vi.fn(async () => ({ ...OTHER, downloaded: 5 }) as never);
    const listeners: ((update: Snapshot) => void)[] = [];
    fireEvent = installBackgroundFetch(scope, { call, onUpdate: (listener) => listeners.push(listener) });
    const { other } = await fireWithOther(async () => {});
    expect(call.mock.calls).toEqual([['watch', { key: 'other' }]]);
    await vi.waitFor(() => expect(other?.downloaded).toBe(5));
    const progress = vi.fn();
    other?.addEventListener('progress', progress);
    for (const listener of listeners) listener({ ...OTHER, downloaded: 9 });
    expect([other?.downloaded, progress.mock.calls.length]).toEqual([9, 1]);
  });
});
