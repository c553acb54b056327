/** What an emulated service-worker scope and the agent that made it say to each other. */
import type { EventCalls } from '../../protocol/calls.ts';
import type { ImageResource } from '../../protocol/wire.ts';

/**
 * The first message to the worker, with two ports: the scope's {@link HostCalls}, and one on which come EventOrders,
 * each with its port; an order is answered with a Failure (see lib/worker/marker.ts) when its event is over.
 */
export interface Start {
  scriptURL: string;
  /** URL of the registration's scope. */
  scope: string;
  updateViaCache: ServiceWorkerUpdateViaCache;
  type: WorkerType;
}

/** What only the background can do of https://w3c.github.io/ServiceWorker/#clients-interface. */
export type ClientCalls = Pick<EventCalls, 'matchClients' | 'postToClient' | 'focusClient'>;

/** What only the site's real registration can do, which the agent has. */
export interface HostCalls extends ClientCalls {
  /** The site's script has been run; `error` tells how it failed. */
  loaded: { argument: { error: LoadError | null }; result: undefined };
  showNotification: { argument: { title: string; options: NotificationOptions }; result: undefined };
  getNotifications: { argument: { tag?: string }; result: NotificationSnapshot[] };
  /** `id` is one that getNotifications gave. */
  closeNotification: { argument: { id: number }; result: undefined };
  update: { argument: undefined; result: undefined };
  unregister: { argument: undefined; result: boolean };
  /** ServiceWorker.postMessage() to the real active worker. */
  postMessage: { argument: { message: unknown }; result: undefined };
  /** SyncManager.register() and getTags() */
  registerSync: { argument: { tag: string }; result: undefined };
  getSyncTags: { argument: undefined; result: string[] };
}

export interface LoadError {
  message: string;
  /** Whether the script could not be parsed: perhaps it is of the other type. */
  syntax: boolean;
}

/** The members of a Notification that a script reads. */
export interface NotificationSnapshot {
  id: number;
  title: string;
  body: string;
  tag: string;
  icon: ImageResource['src'];
  lang: string;
  dir: NotificationDirection;
  data: unknown;
}
