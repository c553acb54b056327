import * as fc from 'fast-check';
import { beforeEach, expect, test, vi } from 'vitest';
import {
  CallFailure,
  type Channel,
  ChannelClosed,
  portChannel,
  type RpcClient,
  rpcClient,
  rpcServer,
} from './rpc.ts';

interface Calls {
  double: { argument: { value: number }; result: number };
}

let log: ReturnType<typeof vi.spyOn>;

beforeEach(() => {
  log = vi.spyOn(console, 'error').mockImplementation(() => {});
  return () => vi.restoreAllMocks();
});

/** A channel's end, and what the other side does. */
function channelEnd() {
  const listeners: ((message: unknown) => void)[] = [];
  const closers: (() => void)[] = [];
  const sent: unknown[] = [];
  const channel: Channel = {
    post: (message) => sent.push(message),
    onMessage: (listener) => listeners.push(listener),
    onClose: (listener) => closers.push(listener),
    close: () => {
      for (const closer of closers) closer();
    },
  };
  return {
    channel,
    sent,
    receive: (message: unknown) => {
      for (const listener of listeners) listener(message);
    },
    close: channel.close,
  };
}

/** Two ends that are connected; messages arrive later, as clones. */
function connected(): [Channel, Channel] {
  const ends = [channelEnd(), channelEnd()] as const;
  const connect = (from: number, to: number): Channel => ({
    ...(ends[from] ?? channelEnd()).channel,
    post: (message) => {
      const clone: unknown = structuredClone(message);
      queueMicrotask(() => ends[to]?.receive(clone));
    },
  });
  return [connect(0, 1), connect(1, 0)];
}

function serve(answer: (name: string, argument: unknown) => Promise<unknown>): RpcClient<Calls> {
  const [page, background] = connected();
  rpcServer(background, answer);
  return rpcClient<Calls>(page);
}

const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

test('every call gets its own answer, in whatever order they come', async () => {
  const turns: (() => void)[] = [];
  const client = serve(async (name, argument) => {
    await new Promise<void>((resolve) => turns.push(resolve));
    return [name, (argument as { value: number }).value * 2];
  });
  const results = Promise.all([1, 2, 3].map((value) => client.call('double', { value })));
  await settle();
  for (const turn of turns.reverse()) turn();
  expect(await results).toEqual([
    ['double', 2],
    ['double', 4],
    ['double', 6],
  ]);
});

test('an error of the specification arrives as it was, with its sizes', async () => {
  const client = serve(async () => {
    throw new CallFailure('QuotaExceededError', 'No room.', { quota: 1, requested: 2 });
  });
  const failure = await client.call('double', { value: 1 }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(CallFailure);
  expect(failure).toMatchObject({
    message: 'No room.',
    error: { name: 'QuotaExceededError', message: 'No room.', quota: 1, requested: 2 },
  });
  expect(log).not.toHaveBeenCalled();
});

test('what went wrong inside is for our log, not for the site', async () => {
  const client = serve(async () => {
    throw new Error('/home/me/secret');
  });
  const failure = await client.call('double', { value: 1 }).catch((error: unknown) => error);
  expect(failure).toMatchObject({ error: { name: 'UnknownError' } });
  expect(JSON.stringify(failure)).not.toContain('secret');
  expect(log).toHaveBeenCalledTimes(1);
});

test('an answer that can not be sent is an error, not silence', async () => {
  const client = serve(async () => () => 'a function');
  await expect(client.call('double', { value: 1 })).rejects.toMatchObject({
    error: { name: 'UnknownError' },
  });
});

test('an argument that can not be sent rejects at once, and later calls go on', async () => {
  const client = serve(async () => 2);
  const unsendable = { value: 1, extra: () => {} };
  await expect(client.call('double', unsendable)).rejects.toThrow();
  expect(await client.call('double', { value: 1 })).toBe(2);
});

test('when the channel closes, what waits for an answer is told', async () => {
  const { channel, close, receive } = channelEnd();
  const client = rpcClient<Calls>(channel);
  const calls = [client.call('double', { value: 1 }), client.call('double', { value: 2 })];
  close();
  for (const call of calls) await expect(call).rejects.toBeInstanceOf(ChannelClosed);
  receive({ answer: 1, result: 5 });
});

test('an answer that comes after the other side is gone is not sent', async () => {
  const { channel, close, receive, sent } = channelEnd();
  const answer = Promise.withResolvers<number>();
  const { push } = rpcServer(channel, () => answer.promise);
  receive({ call: 1, name: 'double', argument: {} });
  close();
  answer.resolve(1);
  push('news');
  await settle();
  expect(sent).toEqual([]);
});

test('what is pushed reaches every listener, and is no answer', async () => {
  const [page, background] = connected();
  const client = rpcClient<Calls>(page);
  const { push } = rpcServer(background, async () => 2);
  const heard = [vi.fn(), vi.fn()];
  for (const each of heard) client.onPush(each);
  push({ progress: 1 });
  await settle();
  for (const each of heard) expect(each.mock.calls).toEqual([[{ progress: 1 }]]);
});

test('one channel carries calls both ways', async () => {
  const [one, other] = connected();
  rpcServer(one, async () => 'one');
  rpcServer(other, async () => 'other');
  const clients = [rpcClient<Calls>(one), rpcClient<Calls>(other)];
  expect(await Promise.all(clients.map((client) => client.call('double', { value: 1 })))).toEqual([
    'other',
    'one',
  ]);
});

test('a MessagePort is a channel', async () => {
  const { port1, port2 } = new MessageChannel();
  rpcServer(portChannel(port2), async (_, argument) => (argument as { value: number }).value * 2);
  expect(await rpcClient<Calls>(portChannel(port1)).call('double', { value: 21 })).toBe(42);
  port1.close();
});

test('messages of whatever shape are answered or passed over, and break nothing', async () => {
  const { channel, receive, sent } = channelEnd();
  const answer = vi.fn(async () => 'answer');
  rpcServer(channel, answer);
  const message = fc.oneof(
    fc.anything({ withNullPrototype: true, withMap: true, withBigInt: true }),
    fc.record({ call: fc.anything(), name: fc.anything(), argument: fc.anything() }, { requiredKeys: [] }),
  );
  await fc.assert(
    fc.asyncProperty(message, async (each) => {
      const before = sent.length;
      receive(each);
      await settle();
      const { call, name } = Object(each) as { call?: unknown; name?: unknown };
      const isCall = typeof call === 'number' && typeof name === 'string';
      expect(sent.slice(before)).toEqual(isCall ? [{ answer: call, result: 'answer' }] : []);
    }),
    { numRuns: 300 },
  );
  receive({ call: 1, name: 'double', argument: 1 });
  await settle();
  expect(sent.at(-1)).toEqual({ answer: 1, result: 'answer' });
});

test('answers that nobody waits for are passed over', async () => {
  const { channel, receive, sent } = channelEnd();
  const client = rpcClient<Calls>(channel);
  const call = client.call('double', { value: 1 });
  receive({ answer: 99, result: 'not yours' });
  receive({ call: 1, name: 'double', argument: {} });
  receive({ answer: (sent[0] as { call: number }).call, result: 2 });
  receive({ answer: (sent[0] as { call: number }).call, result: 3 });
  expect(await call).toBe(2);
});

test('answers of whatever shape end the call that they are for, and no other', async () => {
  const { channel, receive } = channelEnd();
  const client = rpcClient<Calls>(channel);
  for (const message of [null, undefined, 'answer', 1, { answer: {} }]) receive(message);
  const errors = [null, 'no', { name: 1, message: {} }, { name: 'TypeError', message: 'x'.repeat(1e6) }];
  const calls = errors.map((error, index) => {
    const call = client.call('double', { value: 1 });
    receive({ answer: index + 1, error });
    return call.catch((failure: CallFailure) => failure);
  });
  for (const failure of await Promise.all(calls)) {
    expect(failure).toBeInstanceOf(CallFailure);
    expect((failure as unknown as CallFailure).message.length).toBeLessThanOrEqual(4096);
  }
});

test('calls without number are not kept', async () => {
  const { channel, receive, sent } = channelEnd();
  const waiting: ((answer: number) => void)[] = [];
  rpcServer(channel, () => new Promise((resolve) => waiting.push(resolve)));
  for (let call = 1; call <= 100_001; call++) receive({ call, name: 'double', argument: {} });
  expect(waiting).toHaveLength(100_000);
  expect(sent).toEqual([{ answer: 100_001, error: { name: 'UnknownError', message: expect.any(String) } }]);
  waiting[0]?.(2);
  await settle();
  receive({ call: 100_002, name: 'double', argument: {} });
  expect(waiting).toHaveLength(100_001);
});
