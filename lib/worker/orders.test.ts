import { expect, test, vi } from 'vitest';
import type { EventOrder } from '../protocol/calls.ts';
import { MARKER } from './marker.ts';
import { hearOrders } from './orders.ts';

const ORDER = { event: 'backgroundfetchclick' } as EventOrder;

/** A message event as a service worker gets it, which is kept alive by nothing here. */
function message(data: unknown, ports: MessagePort[]): Event {
  return Object.assign(new Event('message'), { data, ports, waitUntil: () => {} });
}

function answer(port: MessagePort): Promise<unknown> {
  return new Promise((resolve) => {
    port.onmessage = ({ data }) => {
      port.close();
      resolve(data);
    };
  });
}

function ask(scope: EventTarget, order: EventOrder | 'ping', ...before: MessagePort[]): Promise<unknown> {
  const { port1, port2 } = new MessageChannel();
  scope.dispatchEvent(message({ [MARKER]: order }, [...before, port2]));
  return answer(port1);
}

test('messages of the site pass, ours do not', async () => {
  const scope = new EventTarget();
  const site = vi.fn();
  hearOrders(
    scope,
    async () => {},
    () => {},
  );
  scope.addEventListener('message', site);
  for (const data of [null, undefined, 'text', 5, { [MARKER]: undefined }])
    scope.dispatchEvent(message(data, []));
  expect(site).toHaveBeenCalledTimes(5);
  expect(await ask(scope, 'ping')).toBe('pong');
  expect(site).toHaveBeenCalledTimes(5);
});

test('pings tell whether an event is under way, and the end of an event is told', async () => {
  const scope = new EventTarget();
  const { promise, resolve } = Promise.withResolvers<void>();
  hearOrders(
    scope,
    () => promise,
    () => {},
  );
  const calls = new MessageChannel();
  const over = ask(scope, ORDER, calls.port2);
  expect(await ask(scope, 'ping')).toBe('busy');
  resolve();
  expect(await over).toBeNull();
  expect(await ask(scope, 'ping')).toBe('pong');
  calls.port1.close();
});

test('an event that could not be fired is told', async () => {
  const scope = new EventTarget();
  hearOrders(
    scope,
    () => Promise.reject(new Error('broken')),
    () => {},
  );
  const calls = new MessageChannel();
  expect(await ask(scope, ORDER, calls.port2)).toBe('Error: broken');
  calls.port1.close();
});

test('the port that comes with a token is handed to who waits for it', () => {
  const scope = new EventTarget();
  const admitted = vi.fn();
  hearOrders(scope, async () => {}, admitted);
  const { port1 } = new MessageChannel();
  scope.dispatchEvent(message({ [MARKER]: { token: 'token' } }, [port1]));
  expect(admitted.mock.calls).toEqual([['token', port1]]);
  port1.close();
});
