import type { EventOrder } from '../../protocol/calls.ts';
import { portChannel, rpcClient } from '../../protocol/rpc.ts';
import { installBackgroundFetch } from '../events.ts';
import type { Failure } from '../marker.ts';
import { emulateScope } from './install.ts';
import type { HostCalls, LoadError, Start } from './protocol.ts';

/** Runs the site's script in this worker, made a service worker's look-alike, and then fires what is ordered. */
export async function startEmulatedScope(
  start: Start,
  [hostPort, orders]: readonly MessagePort[],
): Promise<void> {
  if (!hostPort || !orders) throw new Error('The emulated scope needs two ports.');
  const host = rpcClient<HostCalls>(portChannel(hostPort));
  const fireEvent = installBackgroundFetch(emulateScope(globalThis, host, start));
  const error = await load(start);
  orders.onmessage = async ({ data, ports: [port] }: MessageEvent<EventOrder>) => {
    if (!port) return;
    const failure: Failure = await fireEvent(data, port).then(() => null, String);
    orders.postMessage(failure);
  };
  await host.call('loaded', { error });
}

/** Null when the script ran to its end. */
async function load({ scriptURL, type }: Start): Promise<LoadError | null> {
  try {
    if (type === 'module') await import(/* @vite-ignore */ scriptURL);
    else (globalThis as unknown as { importScripts(url: string): void }).importScripts(scriptURL);
    return null;
  } catch (error) {
    return { message: String(error), syntax: error instanceof SyntaxError };
  }
}
