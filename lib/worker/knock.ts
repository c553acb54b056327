import type { LifeSigns, SiteCalls, Update } from '../protocol/calls.ts';
import { CallFailure, portChannel, rpcClient } from '../protocol/rpc.ts';
import { KNOCK_PATH } from '../protocol/worker-knock.ts';
import type { OutsideEvents } from './events.ts';
import type { ServiceWorkerGlobalScope } from './service-worker.ts';

/** The port comes as soon as the knock is heard (ms). */
const PORT_TIMEOUT = 15_000;

export interface Knocker extends OutsideEvents {
  /** Takes the port that came for a token. */
  admitted(token: string, port: MessagePort): void;
}

/**
 * Calls the background from a service worker in which no event of ours runs: each call by a port of its own, which then
 * brings the updates of what was asked about.
 */
export function createKnocker({ fetch, location }: ServiceWorkerGlobalScope): Knocker {
  const waiting = new Map<string, (port: MessagePort) => void>();
  const url = new URL(KNOCK_PATH, location.href).href;
  let hear = (_: Update) => {};

  async function knock(): Promise<MessagePort> {
    const token = crypto.randomUUID();
    const { promise, resolve, reject } = Promise.withResolvers<MessagePort>();
    waiting.set(token, resolve);
    try {
      if (!(await isHeard(token))) {
        throw notAllowed(
          "Backfetch does not hear this service worker: its connect-src must allow 'self', and not too many calls may wait.",
        );
      }
      setTimeout(() => reject(notAllowed('The site could not be reached in the background.')), PORT_TIMEOUT);
      return await promise;
    } finally {
      waiting.delete(token);
    }
  }

  function isHeard(token: string): Promise<boolean> {
    return fetch(url, { method: 'POST', body: token, credentials: 'omit' }).then(
      (answer) => answer.url.startsWith('data:'),
      () => false,
    );
  }

  return {
    async call(name, argument) {
      const client = rpcClient<SiteCalls & LifeSigns>(portChannel(await knock()));
      client.onPush((update) => {
        hear(update as Update);
        void client.call('heard', undefined);
      });
      return client.call<typeof name>(name, argument);
    },
    onUpdate(listener) {
      hear = listener;
    },
    admitted(token, port) {
      waiting.get(token)?.(port);
    },
  };
}

function notAllowed(message: string): CallFailure {
  return new CallFailure('NotAllowedError', message);
}
