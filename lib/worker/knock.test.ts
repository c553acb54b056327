import { expect, test, vi } from 'vitest';
import { portChannel, rpcServer } from '../protocol/rpc.ts';
import { createFakeScope } from './fake-scope.ts';
import { createKnocker } from './knock.ts';

/** A worker whose knocks end with an answer from this URL. */
function setUp(answeredFrom: string) {
  const tokens: string[] = [];
  const fetch = vi.fn(async (_url: string, init: RequestInit) => {
    tokens.push(String(init.body));
    return { url: answeredFrom };
  });
  const scope = Object.assign(createFakeScope(), { fetch });
  return { knocker: createKnocker(scope), tokens, fetch };
}

test('a call goes over the port that comes with its token, and no other', async () => {
  const { knocker, tokens, fetch } = setUp('data:,');
  const ids = knocker.call('getIds', { scope: 'https://site.example/app/' });
  await vi.waitFor(() => expect(tokens).toHaveLength(1));
  const { port1, port2 } = new MessageChannel();
  rpcServer(portChannel(port1), async (name) => [name]);
  knocker.admitted('forged', new MessageChannel().port1);
  knocker.admitted(tokens[0] ?? '', port2);
  expect(await ids).toEqual(['getIds']);
  expect(fetch.mock.calls[0]?.[0]).toBe('https://site.example/.well-known/backfetch-worker');
  port1.close();
});

test('updates come over the same port, and the worker says that it hears', async () => {
  const { knocker, tokens } = setUp('data:,');
  const updates: unknown[] = [];
  knocker.onUpdate((update) => updates.push(update));
  const ids = knocker.call('getIds', { scope: 'https://site.example/app/' });
  await vi.waitFor(() => expect(tokens).toHaveLength(1));
  const { port1, port2 } = new MessageChannel();
  const heard = vi.fn();
  const { push } = rpcServer(portChannel(port1), async (name) => (name === 'heard' ? heard() : []));
  knocker.admitted(tokens[0] ?? '', port2);
  await ids;
  push({ key: 'key' });
  await vi.waitFor(() => expect(heard).toHaveBeenCalledOnce());
  expect(updates).toEqual([{ key: 'key' }]);
  port1.close();
});

test.each(['https://site.example/.well-known/backfetch-worker', ''])(
  'where the server answers (%s), nobody heard',
  async (answeredFrom) => {
    const { knocker } = setUp(answeredFrom);
    await expect(knocker.call('getIds', { scope: 'https://site.example/app/' })).rejects.toMatchObject({
      error: { name: 'NotAllowedError' },
    });
  },
);
