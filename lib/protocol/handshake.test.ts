import { expect, test, vi } from 'vitest';
import { acceptPort, isBridgeAlive, offerPort } from './handshake.ts';

function setUp() {
  const { port1, port2 } = new MessageChannel();
  port1.close();
  return { target: new EventTarget(), accept: vi.fn(), port: port2 };
}

test('the port gets over when the page script runs first', () => {
  const { target, accept, port } = setUp();
  acceptPort(target, accept);
  expect(accept).not.toHaveBeenCalled();
  offerPort(target, port);
  expect(accept.mock.calls).toEqual([[port]]);
});

test('the port gets over when the bridge runs first', () => {
  const { target, accept, port } = setUp();
  offerPort(target, port);
  acceptPort(target, accept);
  expect(accept.mock.calls).toEqual([[port]]);
});

test('the port gets over once', () => {
  const { target, accept, port } = setUp();
  acceptPort(target, accept);
  offerPort(target, port);
  const later = vi.fn();
  acceptPort(target, later);
  offerPort(new EventTarget(), port);
  expect(accept).toHaveBeenCalledTimes(1);
  expect(later).not.toHaveBeenCalled();
});

test('an event without a port is passed over', () => {
  const { target, accept, port } = setUp();
  acceptPort(target, accept);
  target.dispatchEvent(new Event('backfetch:port'));
  expect(accept).not.toHaveBeenCalled();
  offerPort(target, port);
  expect(accept).toHaveBeenCalledTimes(1);
});

test('a port is alive while the bridge that offered it is', () => {
  const { target, port } = setUp();
  expect(isBridgeAlive(port)).toBe(false);
  offerPort(target, port);
  expect(isBridgeAlive(port)).toBe(true);
});
