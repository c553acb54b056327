import type { Caller } from '../../protocol/calls.ts';
import { defineEventHandler } from '../event-handler-attribute.ts';
import type { ServiceWorkerGlobalScope } from '../service-worker.ts';
import { resolveAgainst } from './base-url.ts';
import { installClients } from './clients.ts';
import { installExtendableEvents } from './extendable-events.ts';
import { createLocation } from './location.ts';
import type { HostCalls, Start } from './protocol.ts';
import { installRegistration } from './registration.ts';

/** What a dedicated worker has and a service worker has not; scripts tell by these where they are. */
const DEDICATED_ONLY = [
  'DedicatedWorkerGlobalScope',
  'FileReaderSync',
  'Worker',
  'XMLHttpRequest',
  'cancelAnimationFrame',
  'close',
  'name',
  'onrtctransform',
  'postMessage',
  'requestAnimationFrame',
];

/** Events that service workers handle and dedicated workers do not. They are never fired here. */
const HANDLED_EVENTS = [
  'abortpayment',
  'activate',
  'canmakepayment',
  'cookiechange',
  'fetch',
  'install',
  'notificationclick',
  'notificationclose',
  'paymentrequest',
  'periodicsync',
  'push',
  'pushsubscriptionchange',
  'sync',
];

/**
 * Makes a dedicated worker's global scope look like the ServiceWorkerGlobalScope
 * (https://w3c.github.io/ServiceWorker/#serviceworkerglobalscope-interface) of the site's worker.
 */
export function emulateScope(
  scope: typeof globalThis,
  host: Caller<HostCalls>,
  start: Start,
): ServiceWorkerGlobalScope {
  const ownInterface = Reflect.get(scope, 'DedicatedWorkerGlobalScope');
  for (const name of DEDICATED_ONLY) Reflect.deleteProperty(scope, name);
  // Under its other name, so that `self instanceof ServiceWorkerGlobalScope` is the browser's own answer.
  const name = 'ServiceWorkerGlobalScope';
  Object.defineProperty(ownInterface, 'name', { value: name });
  Object.defineProperty(ownInterface.prototype, Symbol.toStringTag, { value: name });
  defineHidden(scope, name, ownInterface);

  resolveAgainst(start.scriptURL, scope);
  installExtendableEvents(scope);
  const location = createLocation(start.scriptURL);
  const registration = installRegistration(scope, host, start);
  defineReadOnly(scope, 'location', location);
  defineReadOnly(scope, 'registration', registration);
  defineReadOnly(scope, 'serviceWorker', registration.active);
  defineReadOnly(scope, 'clients', installClients(scope, host));
  // The site's worker is active already.
  defineHidden(scope, 'skipWaiting', async function skipWaiting() {});
  for (const event of HANDLED_EVENTS) defineEventHandler(scope as unknown as EventTarget, event);
  return scope as unknown as ServiceWorkerGlobalScope;
}

function defineHidden(scope: object, name: string, value: unknown): void {
  Object.defineProperty(scope, name, { value, writable: true, enumerable: false, configurable: true });
}

function defineReadOnly(scope: object, name: string, value: object): void {
  Object.defineProperty(scope, name, { get: () => value, enumerable: true, configurable: true });
}
