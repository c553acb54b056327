import type { EventOrder } from '../protocol/calls.ts';
import { CallFailure, portChannel, rpcServer } from '../protocol/rpc.ts';
import type {
  ClientCalls,
  HostCalls,
  LoadError,
  NotificationSnapshot,
  Start,
} from '../worker/emulated-scope/protocol.ts';
import type { Failure } from '../worker/marker.ts';

/** Browsers let an idle service worker live on, and handlers without waitUntil count on it. */
const AFTERLIFE_MS = 5_000;

/** What to fire where. */
export interface EmulatedEvent {
  /** The built entrypoint `emulated-scope`. */
  scopeScript: Blob | string;
  /** The site's, with an active worker: whose script is run, and which shows its notifications. */
  registration: ServiceWorkerRegistration;
  order: EventOrder;
  /** Carries the event's calls. */
  port: MessagePort;
  /** Makes a call of the event: for what a real worker's scope has by itself. */
  call(name: string, argument: unknown): Promise<unknown>;
}

/**
 * Fires a functional event in an emulated service-worker scope of this document's origin. Resolves when the event is
 * over. Rejects with an Error that says why the site's script could not be run.
 */
export async function fireInEmulatedScope({
  scopeScript,
  registration,
  order,
  port,
  call,
}: EmulatedEvent): Promise<void> {
  const url = URL.createObjectURL(new Blob([scopeScript], { type: 'text/javascript' }));
  try {
    // Nothing tells the type of a registration's script.
    let scope = await startScope(url, registration, 'classic', call);
    if (scope.error?.syntax) {
      scope.worker.terminate();
      const asModule = await startScope(url, registration, 'module', call);
      // The classic script's error tells more than a module's that never was one.
      scope = asModule.error ? { ...asModule, error: scope.error } : asModule;
    }
    try {
      if (scope.error) throw new Error(`The site's service-worker script failed: ${scope.error.message}`);
      await fire(scope, order, port);
    } finally {
      setTimeout(() => scope.worker.terminate(), AFTERLIFE_MS);
    }
  } finally {
    URL.revokeObjectURL(url);
  }
}

interface Scope {
  worker: Worker;
  orders: MessagePort;
  error: LoadError | null;
}

/** Rejects when the worker itself can't be started. */
function startScope(
  url: string,
  registration: ServiceWorkerRegistration,
  type: WorkerType,
  call: EmulatedEvent['call'],
): Promise<Scope> {
  const { active, scope, updateViaCache } = registration;
  if (!active) throw new Error('The site has no active service worker.');
  const host = new MessageChannel();
  const orders = new MessageChannel();
  const worker = new Worker(url, { type });
  return new Promise((resolve, reject) => {
    worker.onerror = ({ message }) => {
      worker.terminate();
      reject(new Error(`The emulated service worker could not start: ${message || 'it was blocked'}.`));
    };
    answerHostCalls(host.port1, registration, call, (error) => {
      // From here on errors are the site's: its handlers' and those of its other tasks.
      worker.onerror = null;
      resolve({ worker, orders: orders.port1, error });
    });
    const start: Start = { scriptURL: active.scriptURL, scope, updateViaCache, type };
    worker.postMessage(start, [host.port2, orders.port2]);
  });
}

function fire({ orders }: Scope, order: EventOrder, port: MessagePort): Promise<void> {
  return new Promise((resolve, reject) => {
    orders.onmessage = ({ data }: MessageEvent<Failure>) =>
      data === null ? resolve() : reject(new Error(data));
    orders.postMessage(order, [port]);
  });
}

type Answers = {
  [Name in keyof Omit<HostCalls, keyof ClientCalls>]: (
    argument: HostCalls[Name]['argument'],
  ) => HostCalls[Name]['result'] | Promise<HostCalls[Name]['result']>;
};

const CLIENT_CALLS = ['matchClients', 'postToClient', 'focusClient'] satisfies (keyof ClientCalls)[];

/** Does for the emulated scope what takes the real registration. */
function answerHostCalls(
  port: MessagePort,
  registration: ServiceWorkerRegistration,
  call: EmulatedEvent['call'],
  loaded: (error: LoadError | null) => void,
): void {
  const notifications: Notification[] = [];
  const answers: Answers = {
    loaded: ({ error }) => void loaded(error),
    showNotification: async ({ title, options }) =>
      void (await registration.showNotification(title, options)),
    getNotifications: async (filter) => {
      const found = await registration.getNotifications(filter);
      return found.map((notification) => snapshot(notification, notifications.push(notification) - 1));
    },
    closeNotification: ({ id }) => void notifications[id]?.close(),
    update: async () => void (await registration.update()),
    unregister: () => registration.unregister(),
    postMessage: ({ message }) => void registration.active?.postMessage(message),
    registerSync: ({ tag }) => syncManager(registration).register(tag),
    getSyncTags: () => syncManager(registration).getTags(),
  };
  rpcServer(portChannel(port), async (name, argument) => {
    if (CLIENT_CALLS.some((each) => each === name)) return call(name, argument);
    const answer = Object.hasOwn(answers, name) && answers[name as keyof Answers];
    if (!answer) throw new CallFailure('TypeError', `There is no call ${name}.`);
    try {
      return await answer(argument as never);
    } catch (error) {
      throw toFailure(error);
    }
  });
}

function snapshot(
  { title, body, tag, icon, lang, dir, data }: Notification,
  id: number,
): NotificationSnapshot {
  return { id, title, body, tag, icon, lang, dir, data };
}

/** What TypeScript's DOM library does not know yet: https://wicg.github.io/background-sync/spec/#sync-manager-interface */
interface SyncManager {
  register(tag: string): Promise<undefined>;
  getTags(): Promise<string[]>;
}

function syncManager(registration: ServiceWorkerRegistration & { sync?: SyncManager }): SyncManager {
  const { sync } = registration;
  if (!sync) throw new CallFailure('NotAllowedError', 'This browser has no background sync.');
  return sync;
}

/** The browser's exception as it travels. */
function toFailure(error: unknown): CallFailure {
  if (error instanceof CallFailure) return error;
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  switch (name) {
    case 'TypeError':
    case 'AbortError':
    case 'InvalidStateError':
    case 'NotAllowedError':
      return new CallFailure(name, message);
    default:
      return new CallFailure('UnknownError', message);
  }
}
