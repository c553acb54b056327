/**
 * Passes a page's calls to the background, and what the background pushes to the page. The background may go away at any
 * time (it is ended when idle, the page goes into the back/forward cache) and comes back when it is called.
 */
import type { ArgumentOf, ClientState, SiteCalls, Update } from '../protocol/calls.ts';
import {
  CallFailure,
  type Channel,
  ChannelClosed,
  type RpcClient,
  rpcClient,
  rpcServer,
} from '../protocol/rpc.ts';
import type { Snapshot } from '../protocol/wire.ts';

/** A call is made this often when the background goes away under it at once, … */
const MAX_ATTEMPTS = 3;
/** … where at once means within this many ms. A `read` may wait through many lives of the background. */
const AT_ONCE = 5_000;

/** The calls of `SiteCalls` as the page makes them: what they hold is the background's to check. */
type UncheckedCalls = Record<string, { argument: unknown; result: unknown }>;

export interface Relay {
  /** Gives up the connection and, where something waits for it, opens another. */
  reconnect(): void;
}

/**
 * `connect` opens a channel to the background; it throws when there is none any more. `clientState` tells what goes
 * with a `fetch`, whatever the page itself has put there.
 */
export function relay(page: Channel, connect: () => Channel, clientState: () => Promise<ClientState>): Relay {
  let connection: { channel: Channel; client: RpcClient<UncheckedCalls> } | undefined;
  /** The keys of the background fetches that the page watches: it has more to hear of these. */
  const watched = new Set<string>();
  const askedFor = new Set<string>();

  const { push } = rpcServer(page, async (name, argument) =>
    answer(name, name === 'fetch' ? { ...(argument as object), client: await clientState() } : argument),
  );

  async function answer(name: string, argument: unknown): Promise<unknown> {
    const knownBefore = new Set(watched);
    let attempts = 0;
    for (;;) {
      const startedAt = performance.now();
      try {
        const isRepeatedFetch = attempts > 0 && name === 'fetch';
        const result = isRepeatedFetch
          ? await repeatFetch(argument, knownBefore)
          : await send(name, argument);
        if (name === 'fetch' || name === 'get' || name === 'watch') heard(result as Snapshot | null);
        return result;
      } catch (error) {
        if (error instanceof CallFailure) throw error;
        // A port may be dead without having said so.
        if (!(error instanceof ChannelClosed)) connection?.channel.close();
        attempts = performance.now() - startedAt > AT_ONCE ? 1 : attempts + 1;
        if (attempts >= MAX_ATTEMPTS) {
          throw new CallFailure(
            'UnknownError',
            `Backfetch can't be reached. If it was updated or switched off, reload this page. (${error})`,
          );
        }
      }
    }
  }

  /**
   * All other calls may be made twice: they change nothing or, `abort`, end in the same state (though the answer is then
   * false, as if it had settled before). A `fetch` may have been stored before the background went away: it then is the
   * one that has the id now, unless the page knew that one already. Then, and when the id is free, the call is made again,
   * and the background answers as it would have.
   */
  async function repeatFetch(argument: unknown, knownBefore: Set<string>): Promise<unknown> {
    const { scope, id } = argument as ArgumentOf<SiteCalls, 'get'>;
    const stored = (await send('get', { scope, id })) as Snapshot | null;
    return stored && !knownBefore.has(stored.key) ? stored : send('fetch', argument);
  }

  function send(name: string, argument: unknown): Promise<unknown> {
    connection ??= open();
    return connection.client.call(name, argument);
  }

  function open() {
    const channel = connect();
    const opened = { channel, client: rpcClient<UncheckedCalls>(channel) };
    opened.client.onPush((update) => {
      heard(update as Update);
      push(update);
    });
    channel.onClose(() => {
      if (connection === opened) connection = undefined;
      watchAllAgain();
    });
    return opened;
  }

  /** After the result comes one more change: the records go. */
  function heard(snapshot: Snapshot | null): void {
    if (snapshot?.recordsAvailable) watched.add(snapshot.key);
    else if (snapshot) watched.delete(snapshot.key);
  }

  /** A new connection hears of a background fetch once it has asked for it. */
  function watchAllAgain(): void {
    for (const key of watched) {
      // One that is being asked for is asked for again when its connection breaks: that must not add up.
      if (!askedFor.has(key)) void watchAgain(key);
    }
  }

  async function watchAgain(key: string): Promise<void> {
    askedFor.add(key);
    try {
      const snapshot = (await answer('watch', { key })) as Snapshot | null;
      if (snapshot) push(snapshot);
      else watched.delete(key);
    } catch (error) {
      console.warn('Backfetch: no progress of a background fetch reaches this page now.', error);
    } finally {
      askedFor.delete(key);
    }
  }

  return {
    reconnect() {
      if (connection) connection.channel.close();
      else watchAllAgain();
    },
  };
}
