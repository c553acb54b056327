import { resolveIcon } from '../api/background-fetch-manager.ts';
import {
  type BackgroundFetchRegistration,
  getBackgroundFetchRegistrationInstance,
  isBackgroundFetchRegistration,
  unsettledKeys,
  updateBackgroundFetchInstances,
} from '../api/background-fetch-registration.ts';
import { toException } from '../api/exceptions.ts';
import { installInterfaces, installManager } from '../api/install.ts';
import { installPermission } from '../api/permissions.ts';
import { createRealm, type Realm } from '../api/realm.ts';
import { watchUnregister } from '../api/unregister.ts';
import { defineInterface, toUIOptions } from '../api/webidl.ts';
import type {
  BackgroundFetchEventName,
  Caller,
  EventOrder,
  SiteCalls,
  Update,
  WorkerCalls,
} from '../protocol/calls.ts';
import { CallFailure, portChannel, rpcClient } from '../protocol/rpc.ts';
import { defineEventHandler } from './event-handler-attribute.ts';
import { Lifetime } from './lifetime.ts';
import type { ServiceWorkerGlobalScope } from './service-worker.ts';

/** An event under way: the background fetch it is about, and the way to the background. */
interface LiveEvent {
  name: BackgroundFetchEventName;
  key: string;
  caller: Caller<WorkerCalls>;
  /** Calls that will be answered soon. */
  unanswered: Set<Promise<unknown>>;
  /** Settles when no more answers come. */
  over: Promise<void>;
}

/** What an event has that we fired. */
interface Origin {
  lifetime: Lifetime;
  caller: Caller<WorkerCalls>;
}

/**
 * Fires a functional event at the site's listeners and resolves when the background has heard that its lifetime
 * promises have settled. `port` carries the event's calls.
 */
export type FireEvent = (order: EventOrder, port: MessagePort) => Promise<void>;

/** https://wicg.github.io/background-fetch/#service-worker-global-events */
const HANDLED_EVENTS: BackgroundFetchEventName[] = [
  'backgroundfetchsuccess',
  'backgroundfetchfail',
  'backgroundfetchabort',
  'backgroundfetchclick',
];

/** Carries calls that no event can carry, and brings updates. */
export interface OutsideEvents extends Caller<SiteCalls> {
  onUpdate(listener: (update: Update) => void): void;
}

/** Gives a service worker's global scope the Background Fetch API. */
export function installBackgroundFetch(
  scope: ServiceWorkerGlobalScope,
  outsideEvents?: OutsideEvents,
): FireEvent {
  const live = new Set<LiveEvent>();
  const realm = createRealm(callerOf(live, outsideEvents ?? { call: refuse }));
  outsideEvents?.onUpdate((update) => updateBackgroundFetchInstances(realm, update));
  const { BackgroundFetchEvent, BackgroundFetchUpdateUIEvent, begin } = createEventInterfaces(scope);
  installInterfaces(scope);
  installManager(scope, realm);
  watchUnregister(scope, realm);
  const lookAtPermission = installPermission(scope, realm);
  defineInterface(scope, 'BackgroundFetchEvent', BackgroundFetchEvent);
  defineInterface(scope, 'BackgroundFetchUpdateUIEvent', BackgroundFetchUpdateUIEvent, { constructor: 2 });
  for (const name of HANDLED_EVENTS) defineEventHandler(scope, name);
  let opensWindows = false;

  return async ({ event: name, snapshot }, port) => {
    const caller = rpcClient<WorkerCalls>(portChannel(port));
    caller.onPush((update) => {
      updateBackgroundFetchInstances(realm, update as Update);
      void caller.call('heard', undefined);
    });
    if (name === 'backgroundfetchclick' && !opensWindows) {
      opensWindows = true;
      openWindowsThroughEvents(scope, live);
    }
    updateBackgroundFetchInstances(realm, snapshot);
    const registration = getBackgroundFetchRegistrationInstance(realm, snapshot);
    const settles = name === 'backgroundfetchsuccess' || name === 'backgroundfetchfail';
    const event = new (settles ? BackgroundFetchUpdateUIEvent : BackgroundFetchEvent)(name, { registration });
    const lifetime = begin(event, caller);
    const over = Promise.withResolvers<void>();
    const liveEvent: LiveEvent = {
      name,
      key: snapshot.key,
      caller,
      unanswered: new Set(),
      over: over.promise,
    };
    // It is fired again only where the one before is lost: nobody answers that one's calls any more.
    for (const one of live) {
      if (one.key === liveEvent.key && one.name === name && name !== 'backgroundfetchclick') live.delete(one);
    }
    live.add(liveEvent);
    // A worker has no other time to hear of what the person changed.
    lookAtPermission().catch((error: unknown) => console.debug('Backfetch: no permission is known.', error));
    dispatch(scope, event, lifetime);
    await lifetime.over;
    // A lost event may end while the one that was fired again goes on, with its records.
    const isLatest = live.delete(liveEvent);
    if (isLatest && name !== 'backgroundfetchclick') {
      // Should the event have to be fired again, there is another instance, with its records.
      updateBackgroundFetchInstances(realm, { ...snapshot, recordsAvailable: false });
    }
    // With the event goes the way that the answers come: handlers need not have waited for theirs.
    await Promise.allSettled(liveEvent.unanswered);
    over.resolve();
    if (outsideEvents) watchOn(realm);
    await caller.call('settled', { handlers: lifetime.used ? 1 : 0, errors: lifetime.errors });
  };
}

/** What the site still has of others it hears of outside of events from now on. */
function watchOn(realm: Realm): void {
  for (const key of unsettledKeys(realm)) {
    realm.call('watch', { key }).then(
      (snapshot) => snapshot && updateBackgroundFetchInstances(realm, snapshot),
      (error: unknown) => console.debug('Backfetch: no progress reaches this worker now.', error),
    );
  }
}

async function refuse(): Promise<never> {
  throw new CallFailure(
    'NotAllowedError',
    'A service worker can do this only while it handles a background fetch event.',
  );
}

/** While an event runs, the way that it came is the shortest. */
function callerOf(live: Set<LiveEvent>, outsideEvents: Caller<SiteCalls>): Caller<SiteCalls> {
  return {
    call: async (name, argument) => {
      const events = [...live];
      const key = (argument as { key?: string } | undefined)?.key;
      const event = events.findLast((one) => one.key === key) ?? events.at(-1);
      if (!event) return outsideEvents.call(name, argument);
      const answer = event.caller.call(name, argument);
      if (name === 'read') {
        // It may wait for a download's next bytes, and longer than the event lasts.
        const first = await Promise.race([answer, event.over]);
        return first ?? outsideEvents.call(name, argument);
      }
      event.unanswered.add(answer);
      const answered = () => event.unanswered.delete(answer);
      answer.then(answered, answered);
      return answer;
    },
  };
}

function dispatch(scope: EventTarget, event: Event, lifetime: Lifetime): void {
  // What a listener throws the browser reports here before dispatchEvent returns.
  const onError = (error: Event) => lifetime.errors.push((error as ErrorEvent).message);
  scope.addEventListener('error', onError, true);
  scope.dispatchEvent(event);
  scope.removeEventListener('error', onError, true);
  lifetime.dispatched();
}

/** The classes of the events, which only exist where ExtendableEvent does. */
function createEventInterfaces({ ExtendableEvent }: ServiceWorkerGlobalScope) {
  let begin!: (event: BackgroundFetchEvent, caller: Caller<WorkerCalls>) => Lifetime;
  let origin!: (event: object) => Origin | null;

  /** https://wicg.github.io/background-fetch/#background-fetch-event */
  class BackgroundFetchEvent extends ExtendableEvent {
    readonly #registration: BackgroundFetchRegistration;
    /** Null for an event that the site made itself. */
    #origin: Origin | null = null;

    static {
      begin = (event, caller) => {
        const lifetime = new Lifetime();
        event.#origin = { lifetime, caller };
        return lifetime;
      };
      origin = (event) => (#origin in event ? event.#origin : null);
    }

    constructor(type: string, init: EventInit & { registration: BackgroundFetchRegistration }) {
      super(type, init);
      const registration = init?.registration;
      if (!isBackgroundFetchRegistration(registration)) {
        throw new TypeError("BackgroundFetchEventInit: 'registration' is not a BackgroundFetchRegistration.");
      }
      this.#registration = registration;
    }

    get registration(): BackgroundFetchRegistration {
      if (this.#origin) this.#origin.lifetime.used = true;
      return this.#registration;
    }
  }

  /** https://wicg.github.io/background-fetch/#background-fetch-update-ui-event */
  class BackgroundFetchUpdateUIEvent extends BackgroundFetchEvent {
    readonly #brand = undefined;

    updateUI(options: unknown = undefined): Promise<void> {
      return (async () => {
        // Throws for what is no event of this class.
        void this.#brand;
        const ui = toUIOptions(options);
        const { lifetime, caller } = activeOrigin(origin(this));
        if (lifetime.uiUpdated) throw invalidState('updateUI() may be called only once.');
        lifetime.uiUpdated = true;
        lifetime.used = true;
        const resolved = ui.icons ? { ...ui, icons: ui.icons.flatMap(resolveIcon) } : ui;
        await caller.call('updateUI', resolved).catch((error) => {
          throw toException(error);
        });
      })();
    }
  }

  // Native waitUntil refuses events that a script made. A proxy, because the function then still looks native.
  const { prototype } = ExtendableEvent;
  prototype.waitUntil = new Proxy(prototype.waitUntil, {
    apply(native, event: object, args: unknown[]) {
      const own = origin(event);
      if (!own || args.length === 0) return Reflect.apply(native, event, args);
      const { lifetime } = activeOrigin(own);
      lifetime.used = true;
      lifetime.extend(Promise.resolve(args[0]));
    },
  });
  return { BackgroundFetchEvent, BackgroundFetchUpdateUIEvent, begin };
}

function activeOrigin(origin: Origin | null): Origin {
  if (!origin) throw invalidState('The event is not trusted.');
  if (!origin.lifetime.active) throw invalidState('The event is over.');
  return origin;
}

function invalidState(message: string): DOMException {
  return new DOMException(message, 'InvalidStateError');
}

/**
 * Clients.openWindow() wants the person's activation, which the browser did not see for a backgroundfetchclick: while
 * one is under way the background opens the window. Otherwise the browser's own does what it does.
 */
function openWindowsThroughEvents(
  { Clients, location }: ServiceWorkerGlobalScope,
  live: Set<LiveEvent>,
): void {
  const { prototype } = Clients;
  // A proxy, because the function then still looks native.
  prototype.openWindow = new Proxy(prototype.openWindow, {
    apply(native, clients: object, args: string[]) {
      const click = [...live].findLast(({ name }) => name === 'backgroundfetchclick');
      const [url] = args;
      if (!click || url === undefined) return Reflect.apply(native, clients, args);
      return (async () => {
        const { href } = new URL(url, location.href);
        if (href === 'about:blank') throw new TypeError('about:blank can not be opened.');
        await click.caller.call('openWindow', { url: href }).catch((error) => {
          throw toException(error);
        });
        // As the specification has it for a window that is not (yet) the site's.
        return null;
      })();
    },
  });
}
