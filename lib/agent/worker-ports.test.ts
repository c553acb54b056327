import { afterEach, expect, test, vi } from 'vitest';
import type { LifeSigns, Update } from '../protocol/calls.ts';
import { portChannel, rpcClient } from '../protocol/rpc.ts';
import { WorkerPort } from './worker-ports.ts';

const UPDATE = { key: 'key', downloaded: 5 } as Update;

afterEach(() => vi.useRealTimers());

test('a worker that hears says so', async () => {
  const { port1, port2 } = new MessageChannel();
  const answer = vi.fn(async () => 'answer');
  const port = new WorkerPort(port1, answer);
  const client = rpcClient<LifeSigns & { other: { argument: number; result: string } }>(portChannel(port2));
  const heard: unknown[] = [];
  client.onPush((update) => {
    heard.push(update);
    void client.call('heard', undefined);
  });
  expect(await port.tell(UPDATE)).toBe(true);
  expect(heard).toEqual([UPDATE]);
  expect(answer).not.toHaveBeenCalled();
  expect(await client.call('other', 1)).toBe('answer');
  expect(answer).toHaveBeenCalledWith('other', 1, port);
  port.close();
});

test('one that has ended does not', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { port1, port2 } = new MessageChannel();
  const port = new WorkerPort(port1, async () => undefined);
  const told = port.tell(UPDATE);
  vi.advanceTimersByTime(5_000);
  expect(await told).toBe(false);
  port.close();
  port2.close();
});
