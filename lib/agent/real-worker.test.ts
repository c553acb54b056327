import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { EventOrder } from '../protocol/calls.ts';
import { type Failure, MARKER, type Pong, type WorkerMessage } from '../worker/marker.ts';
import { fireInServiceWorker, NewWorkerWaits, ping } from './real-worker.ts';

const ORDER = { event: 'backgroundfetchsuccess' } as EventOrder;

/** A service worker that answers as it is told to; without `pong` it does not know us. */
class FakeWorker extends EventTarget {
  state: ServiceWorkerState = 'activated';
  pings = 0;
  over: MessagePort | undefined;
  pong: Pong | null;

  constructor(pong: Pong | null) {
    super();
    this.pong = pong;
  }

  postMessage(message: WorkerMessage, [port, over]: MessagePort[]): void {
    if (message[MARKER] !== 'ping') this.over = over;
    else if (this.pong) port?.postMessage(this.pong);
    if (message[MARKER] === 'ping') this.pings++;
  }

  end(failure: Failure): void {
    this.over?.postMessage(failure);
  }

  become(state: ServiceWorkerState): void {
    this.state = state;
    this.dispatchEvent(new Event('statechange'));
  }
}

interface FakeRegistration {
  active: FakeWorker | null;
  installing: FakeWorker | null;
  waiting: FakeWorker | null;
  update(): Promise<void>;
}

function registrationOf(active: FakeWorker | null, next: FakeWorker | null = null) {
  const fake: FakeRegistration = {
    active,
    installing: null,
    waiting: null,
    update: async () => {
      fake.installing = next;
    },
  };
  return { fake, registration: fake as unknown as ServiceWorkerRegistration };
}

const { port1, port2 } = new MessageChannel();
port1.close();

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
});

afterEach(() => {
  vi.useRealTimers();
});

test('pings', async () => {
  expect(await ping(registrationOf(new FakeWorker('pong')).registration, 1000)).toBe(true);
  const unanswered = ping(registrationOf(new FakeWorker(null)).registration, 1000);
  await vi.advanceTimersByTimeAsync(1000);
  expect(await unanswered).toBe(false);
  await expect(ping(registrationOf(null).registration, 1000)).rejects.toThrow('no active service worker');
});

test('fires the event and keeps the worker alive until it is over', async () => {
  const worker = new FakeWorker('pong');
  const fired = fireInServiceWorker(registrationOf(worker).registration, ORDER, port2);
  await vi.waitUntil(() => worker.over);
  worker.pong = 'busy';
  for (const pings of [2, 3, 4, 5]) {
    await vi.advanceTimersByTimeAsync(10_000);
    await vi.waitUntil(() => worker.pings === pings);
  }
  worker.end(null);
  await fired;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(worker.pings).toBe(5);
});

test('an event that could not be fired to its end rejects', async () => {
  const worker = new FakeWorker('pong');
  const fired = fireInServiceWorker(registrationOf(worker).registration, ORDER, port2);
  await vi.waitUntil(() => worker.over);
  worker.end('Error: broken');
  await expect(fired).rejects.toThrow('broken');
});

test('a worker that is no longer busy has lost the event', async () => {
  const worker = new FakeWorker('pong');
  const fired = fireInServiceWorker(registrationOf(worker).registration, ORDER, port2);
  const lost = expect(fired).rejects.toThrow('ended before its backgroundfetchsuccess event');
  await vi.waitUntil(() => worker.over);
  for (const pings of [2, 3]) {
    await vi.advanceTimersByTimeAsync(10_000);
    await vi.waitUntil(() => worker.pings === pings);
  }
  await lost;
});

test('a worker from before us is replaced first', async () => {
  const next = new FakeWorker('pong');
  next.state = 'installing';
  const { fake, registration } = registrationOf(new FakeWorker(null), next);
  const fired = fireInServiceWorker(registration, ORDER, port2);
  await vi.advanceTimersByTimeAsync(3_000);
  await vi.waitUntil(() => fake.installing);
  fake.active = next;
  next.become('activated');
  await vi.waitUntil(() => next.over);
  next.end(null);
  await fired;
});

test.each<[state: ServiceWorkerState, error: string]>([
  ['redundant', 'could not be installed'],
  ['installed', 'waits until its open pages are closed'],
])('a new worker that is %s and not active is told', async (state, error) => {
  const next = new FakeWorker('pong');
  next.state = state;
  const fired = fireInServiceWorker(registrationOf(new FakeWorker(null), next).registration, ORDER, port2);
  const failed = expect(fired).rejects.toThrow(error);
  await vi.advanceTimersByTimeAsync(60_000);
  await failed;
  await expect(fired).rejects.toBeInstanceOf(state === 'installed' ? NewWorkerWaits : Error);
});

test('a worker that answers neither before nor after an update is told', async () => {
  const fired = fireInServiceWorker(registrationOf(new FakeWorker(null)).registration, ORDER, port2);
  const failed = expect(fired).rejects.toThrow('does not answer');
  await vi.advanceTimersByTimeAsync(60_000);
  await failed;
});

test('an update that never comes does not hold up the hand-off', async () => {
  const { fake, registration } = registrationOf(new FakeWorker(null));
  fake.update = () => new Promise(() => {});
  const fired = fireInServiceWorker(registration, ORDER, port2);
  const failed = expect(fired).rejects.toThrow('does not answer');
  await vi.advanceTimersByTimeAsync(60_000);
  await failed;
});
