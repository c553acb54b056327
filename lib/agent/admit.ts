import type { AgentCalls, AgentRequests } from '../protocol/agent.ts';
import type { ArgumentOf, Caller } from '../protocol/calls.ts';
import { MARKER, type WorkerMessage } from '../worker/marker.ts';
import { WorkerPort, type WorkerPorts } from './worker-ports.ts';

/** A worker that has asked for a port makes its call at once; one that was ended meanwhile never does (ms). */
const CALL_TIMEOUT = 10_000;

/**
 * Gives the service worker that asked with this token a port for one call, and passes the call on. Of what it has seen by
 * that call the worker hears over the same port, until it is dismissed.
 */
export async function admit(
  { delivery, scriptURL, token }: ArgumentOf<AgentCalls, 'admit'>,
  background: Caller<AgentRequests>,
  workerPorts: WorkerPorts,
): Promise<undefined> {
  const registrations = await navigator.serviceWorker.getRegistrations();
  const workers = registrations
    .flatMap(({ active, waiting, installing }) => [active, waiting, installing])
    .filter((worker) => worker?.scriptURL === scriptURL);
  const answered = Promise.withResolvers<void>();
  let timer = setTimeout(
    () => answered.reject(new Error('The service worker that asked is not there any more.')),
    CALL_TIMEOUT,
  );
  const answer = async (name: string, argument: unknown, port: WorkerPort) => {
    clearTimeout(timer);
    workerPorts.set(delivery, port);
    // The answer is posted before the frame, and this port with it, may go.
    try {
      return await background.call('worker', { delivery, name, argument });
    } finally {
      timer = setTimeout(answered.resolve);
    }
  };
  // One script may serve several scopes: the token tells which of the workers it was.
  for (const worker of workers) {
    const { port1, port2 } = new MessageChannel();
    new WorkerPort(port1, answer);
    worker?.postMessage({ [MARKER]: { token } } satisfies WorkerMessage, [port2]);
  }
  await answered.promise;
  return undefined;
}
