import { expect, test, vi } from 'vitest';
import type { Update } from '../protocol/calls.ts';
import { portChannel, rpcClient, rpcServer } from '../protocol/rpc.ts';
import { AgentConnection } from './agent-connection.ts';

const UPDATE = { key: 'key' } as Update;

/** A connection to an agent that answers like this, and what the agent was asked. */
function connect(answer: (name: string, argument: { delivery: number }) => Promise<unknown>) {
  const { port1, port2 } = new MessageChannel();
  const asked: string[] = [];
  rpcServer(portChannel(port2), async (name, argument) => {
    asked.push(name);
    return answer(name, argument as { delivery: number });
  });
  const background = rpcClient<{ worker: { argument: object; result: unknown } }>(portChannel(port2));
  const connection = new AgentConnection(portChannel(port1));
  return { connection, background, asked };
}

test('a worker that is admitted makes its call, hears of changes, and is dismissed', async () => {
  const { connection, background, asked } = connect(async (name, { delivery }) => {
    if (name === 'admit')
      expect(await background.call('worker', { delivery, name: 'getIds' })).toEqual(['id']);
    return name === 'update' ? true : undefined;
  });
  const told: boolean[] = [];
  await connection.admit(
    'https://site.example/sw.js',
    'token',
    async () => ['id'],
    async (tell) => void told.push(await tell(UPDATE)),
  );
  expect(told).toEqual([true]);
  await vi.waitUntil(() => asked.length === 3);
  expect(asked).toEqual(['admit', 'update', 'dismiss']);
  connection.close();
});

test('when the agent is gone no worker hears, and nothing waits for it', async () => {
  const { connection } = connect(async () => undefined);
  const told: boolean[] = [];
  await connection.admit(
    'https://site.example/sw.js',
    'token',
    async () => [],
    async (tell) => {
      connection.close();
      told.push(await tell(UPDATE));
    },
  );
  expect(told).toEqual([false]);
});
