import { isLaterRegistration } from '../core/registration.ts';
import type { AgentCalls, AgentRequests, DeliveryOutcome } from '../protocol/agent.ts';
import type { ArgumentOf, Caller, EventCalls } from '../protocol/calls.ts';
import { CallFailure } from '../protocol/rpc.ts';
import { fireInEmulatedScope } from './emulated-worker.ts';
import { fireInServiceWorker } from './real-worker.ts';
import { WorkerPort, type WorkerPorts } from './worker-ports.ts';

/** Fires a functional event at the site's service worker, and passes the worker's calls on meanwhile. */
export async function deliver(
  { delivery, scope, order, scopeScript }: ArgumentOf<AgentCalls, 'deliver'>,
  background: Caller<AgentRequests>,
  workerPorts: WorkerPorts,
): Promise<DeliveryOutcome> {
  const registrations = await navigator.serviceWorker.getRegistrations();
  const isHostFrame = window.parent !== window;
  // Where the browser keeps what is embedded apart, a host frame sees nothing of the site's own; a page of the site does.
  if (isHostFrame && registrations.length === 0) {
    throw new CallFailure('InvalidStateError', 'This frame sees no service worker of the site.');
  }
  const registration = registrations.find((each) => each.scope === scope);
  if (!registration || isLaterRegistration(registration)) return { outcome: 'no-registration' };
  if (!registration.active)
    throw new CallFailure('InvalidStateError', "This document does not see the site's service worker.");
  const settled = Promise.withResolvers<EventCalls['settled']['argument']>();
  const { port1, port2 } = new MessageChannel();
  const call = (name: string, argument: unknown) => background.call('worker', { delivery, name, argument });
  const workerPort = new WorkerPort(port1, async (name, argument) => {
    if (name === 'settled') return settled.resolve(argument as EventCalls['settled']['argument']);
    return call(name, argument);
  });
  workerPorts.set(delivery, workerPort);
  try {
    if (scopeScript) await fireInEmulatedScope({ scopeScript, registration, order, port: port2, call });
    else await fireInServiceWorker(registration, order, port2);
  } catch (error) {
    return { outcome: 'unreachable', reason: String(error) };
  } finally {
    workerPorts.delete(delivery);
  }
  return { outcome: 'settled', ...(await settled.promise) };
}
