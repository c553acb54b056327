import { assertArguments, defineInterface } from '../../api/webidl.ts';

/** https://w3c.github.io/ServiceWorker/#extendableevent-interface; only scripts make them here, so all are untrusted. */
export class ExtendableEvent extends Event {
  constructor(type: string, init: EventInit = {}) {
    super(type, init);
  }

  waitUntil(...args: unknown[]): void {
    assertArguments(args, 1);
    throw new DOMException('The event is not trusted.', 'InvalidStateError');
  }
}

/** The interfaces of a service worker's events and their own members, which come from the constructor's dictionary. */
const INTERFACES: Record<string, string[]> = {
  InstallEvent: [],
  FetchEvent: ['request', 'preloadResponse', 'clientId', 'resultingClientId', 'handled'],
  ExtendableMessageEvent: ['data', 'origin', 'lastEventId', 'source', 'ports'],
  NotificationEvent: ['notification', 'action'],
  PushEvent: ['data'],
  PushSubscriptionChangeEvent: ['newSubscription', 'oldSubscription'],
  SyncEvent: ['tag', 'lastChance'],
  PeriodicSyncEvent: ['tag'],
  ExtendableCookieChangeEvent: ['changed', 'deleted'],
};

/** None of these events is ever fired here; scripts look whether they exist, and libraries extend them. */
export function installExtendableEvents(scope: object): void {
  defineInterface(scope, 'ExtendableEvent', ExtendableEvent, { waitUntil: 1 });
  for (const [name, members] of Object.entries(INTERFACES)) {
    defineInterface(scope, name, createEventInterface(members));
  }
  const { FetchEvent } = scope as { FetchEvent: { prototype: object } };
  Object.defineProperty(FetchEvent.prototype, 'respondWith', {
    value: ExtendableEvent.prototype.waitUntil,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}

function createEventInterface(members: string[]) {
  const inits = new WeakMap<object, object>();
  class EventInterface extends ExtendableEvent {
    constructor(type: string, init: EventInit = {}) {
      super(type, init);
      inits.set(this, init);
    }
  }
  for (const name of members) {
    Object.defineProperty(EventInterface.prototype, name, {
      get(this: object) {
        const init = inits.get(this);
        if (!init) throw new TypeError('Illegal invocation');
        return Reflect.get(init, name);
      },
      configurable: true,
    });
  }
  return EventInterface;
}
