import { beforeEach, expect, test, vi } from 'vitest';
import type { ClientState } from '../protocol/calls.ts';
import { CallFailure, type Channel, rpcClient, rpcServer } from '../protocol/rpc.ts';
import type { Snapshot } from '../protocol/wire.ts';
import { relay } from './relay.ts';

const CLIENT = { activated: false, policies: ['p'], referrerPolicy: 'origin' } as const satisfies ClientState;
const SCOPE = 'https://site.example/';

function snapshotOf(id: string, changes: Partial<Snapshot> = {}): Snapshot {
  const sizes = { uploadTotal: 0, uploaded: 0, downloadTotal: 0, downloaded: 0 };
  return {
    key: `key of ${id}`,
    id,
    ...sizes,
    result: '',
    failureReason: '',
    recordsAvailable: true,
    ...changes,
  };
}

/** Two ends of a channel in one realm; either end's `close` is heard by both. */
function channelPair(): [Channel, Channel] {
  const listeners: ((message: unknown) => void)[][] = [[], []];
  const closeListeners: (() => void)[] = [];
  const end = (mine: number): Channel => ({
    post: (message) =>
      queueMicrotask(() => {
        for (const listener of listeners[1 - mine] ?? []) listener(structuredClone(message));
      }),
    onMessage: (listener) => listeners[mine]?.push(listener),
    onClose: (listener) => closeListeners.push(listener),
    close: () => {
      for (const listener of closeListeners.splice(0)) listener();
    },
  });
  return [end(0), end(1)];
}

type Answer = (name: string, argument: { scope: string; id: string }) => unknown;

/** A page on a relay to a background that may end and begin again. `die` in an answer ends it before it answers. */
function setUp(answer: Answer) {
  const lives: { channel: Channel; push: (message: unknown) => void }[] = [];
  const calls: string[] = [];
  const connect = vi.fn(() => {
    const [near, far] = channelPair();
    const { push } = rpcServer(far, async (name, argument) => {
      calls.push(name);
      return answer(name, argument as { scope: string; id: string });
    });
    lives.push({ channel: far, push });
    return near;
  });
  const [pageEnd, bridgeEnd] = channelPair();
  const page = rpcClient<Record<string, { argument: unknown; result: unknown }>>(pageEnd);
  const pushed: unknown[] = [];
  page.onPush((update) => pushed.push(update));
  const { reconnect } = relay(bridgeEnd, connect, async () => CLIENT);
  const die = () => {
    lives.at(-1)?.channel.close();
    return new Promise(() => {});
  };
  return { page, connect, lives, calls, pushed, reconnect, die };
}

const call = { scope: SCOPE, id: 'a' };

beforeEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

test('opens nothing before the first call, and one connection for all', async () => {
  const { page, connect } = setUp(async () => ['a']);
  expect(connect).not.toHaveBeenCalled();
  expect(await page.call('getIds', { scope: SCOPE })).toEqual(['a']);
  await page.call('getIds', { scope: SCOPE });
  expect(connect).toHaveBeenCalledTimes(1);
});

test('errors and pushes get through', async () => {
  const { page, lives, pushed } = setUp(async () => {
    throw new CallFailure('NotAllowedError', 'refused');
  });
  await expect(page.call('fetch', call)).rejects.toMatchObject({ error: { name: 'NotAllowedError' } });
  lives[0]?.push(snapshotOf('b'));
  await vi.waitFor(() => expect(pushed).toEqual([snapshotOf('b')]));
});

test('a call whose answer got lost is made again', async () => {
  const { page, calls, die, connect } = setUp((name) => (calls.length === 1 ? die() : `answer to ${name}`));
  expect(await page.call('match', { key: 'k' })).toBe('answer to match');
  expect(calls).toEqual(['match', 'match']);
  expect(connect).toHaveBeenCalledTimes(2);
});

test('a fetch that was stored before the background went away is not made twice', async () => {
  const { page, calls, die } = setUp((name) => (name === 'get' ? snapshotOf('a') : die()));
  expect(await page.call('fetch', call)).toEqual(snapshotOf('a'));
  expect(calls).toEqual(['fetch', 'get']);
});

test('a fetch that was not stored is made again', async () => {
  const { page, calls, die } = setUp((name) => {
    if (name === 'get') return null;
    return calls.length === 1 ? die() : snapshotOf('a');
  });
  expect(await page.call('fetch', call)).toEqual(snapshotOf('a'));
  expect(calls).toEqual(['fetch', 'get', 'fetch']);
});

test('an older background fetch with the id is not taken for the new one', async () => {
  const { page, calls, die } = setUp((name) => {
    if (name !== 'fetch') return snapshotOf('a');
    if (calls.filter((each) => each === 'fetch').length === 1) return die();
    throw new CallFailure('TypeError', 'exists');
  });
  await page.call('get', call);
  await expect(page.call('fetch', call)).rejects.toMatchObject({ error: { name: 'TypeError' } });
});

test('what the page watches is asked for again, and its state pushed', async () => {
  let downloaded = 1;
  const { page, lives, pushed, calls } = setUp(() => snapshotOf('a', { downloaded }));
  await page.call('fetch', call);
  downloaded = 2;
  lives[0]?.channel.close();
  await vi.waitFor(() => expect(pushed).toEqual([snapshotOf('a', { downloaded: 2 })]));
  expect(calls).toEqual(['fetch', 'watch']);
});

test('what ended while the page was away is told, until its records are gone', async () => {
  let state: Partial<Snapshot> = {};
  const { page, lives, pushed } = setUp(() => snapshotOf('a', state));
  await page.call('fetch', call);
  state = { result: 'success' };
  lives[0]?.channel.close();
  await vi.waitFor(() => expect(pushed).toEqual([snapshotOf('a', { result: 'success' })]));
  state = { result: 'success', recordsAvailable: false };
  lives[1]?.channel.close();
  await vi.waitFor(() => expect(pushed[1]).toEqual(snapshotOf('a', state)));
  lives[2]?.channel.close();
  expect(lives).toHaveLength(3);
});

test('what is told to its end is not asked for again', async () => {
  const { page, lives, pushed } = setUp(() => snapshotOf('a'));
  await page.call('fetch', call);
  lives[0]?.push(snapshotOf('a', { result: 'success', recordsAvailable: false }));
  await vi.waitFor(() => expect(pushed).toHaveLength(1));
  lives[0]?.channel.close();
  expect(lives).toHaveLength(1);
});

test('what the background has forgotten is not asked for again', async () => {
  const { page, lives, calls } = setUp((name) => (name === 'watch' ? null : snapshotOf('a')));
  await page.call('fetch', call);
  lives[0]?.channel.close();
  await vi.waitFor(() => expect(calls).toEqual(['fetch', 'watch']));
  await page.call('getIds', { scope: SCOPE });
  lives[1]?.channel.close();
  expect(lives).toHaveLength(2);
});

test('a page that waits for nothing does not wake the background', async () => {
  const { page, lives, connect, reconnect } = setUp(() => null);
  await page.call('get', call);
  lives[0]?.channel.close();
  reconnect();
  expect(connect).toHaveBeenCalledTimes(1);
});

test('after the back/forward cache the page is connected again', async () => {
  const { page, pushed, reconnect, connect } = setUp(() => snapshotOf('a'));
  await page.call('get', call);
  reconnect();
  await vi.waitFor(() => expect(pushed).toEqual([snapshotOf('a')]));
  expect(connect).toHaveBeenCalledTimes(2);
});

test('a background that dies of a call is not called for ever', async () => {
  const { page, calls, die } = setUp(() => die());
  await expect(page.call('getIds', { scope: SCOPE })).rejects.toMatchObject({
    error: { name: 'UnknownError' },
  });
  expect(calls).toHaveLength(3);
});

test('a background that dies of being asked for what the page watches is left alone after a while', async () => {
  const warn = vi.spyOn(console, 'warn').mockReturnValue();
  const { page, lives, calls, die } = setUp((name) => (name === 'fetch' ? snapshotOf('a') : die()));
  await page.call('fetch', call);
  lives[0]?.channel.close();
  await vi.waitFor(() => expect(warn).toHaveBeenCalled());
  expect(calls).toEqual(['fetch', 'watch', 'watch', 'watch']);
  expect(warn).toHaveBeenCalledTimes(1);
});

test('a read may outlast many lives of the background', async () => {
  vi.useFakeTimers();
  const { page, calls, die } = setUp(() => {
    if (calls.length === 6) return 'bytes';
    vi.advanceTimersByTime(30_000);
    return die();
  });
  expect(await page.call('read', { key: 'k' })).toBe('bytes');
});

test('when the extension is gone, calls fail with a sentence', async () => {
  const { page, connect } = setUp(() => null);
  connect.mockImplementation(() => {
    throw new Error('Extension context invalidated.');
  });
  await expect(page.call('get', call)).rejects.toThrow(/reload this page.*Extension context invalidated/);
});

test('a port that is dead without having said so is given up', async () => {
  const { page, connect, lives } = setUp(() => 'answer');
  connect.mockImplementationOnce(() => {
    const [near] = channelPair();
    const post = () => {
      throw new Error('Attempting to use a disconnected port object');
    };
    return { ...near, post };
  });
  expect(await page.call('get', call)).toBe('answer');
  expect(lives).toHaveLength(1);
});

test('a fetch carries what we see of the page, over what the page says', async () => {
  const heard: unknown[] = [];
  const { page } = setUp((_, argument) => {
    heard.push(argument);
    return snapshotOf('id');
  });
  const forged = { activated: true, policies: [], referrerPolicy: '' };
  await page.call('fetch', { scope: SCOPE, id: 'id', client: forged });
  await page.call('get', { scope: SCOPE, id: 'id' });
  expect(heard).toEqual([
    { scope: SCOPE, id: 'id', client: CLIENT },
    { scope: SCOPE, id: 'id' },
  ]);
});
