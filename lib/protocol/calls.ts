/**
 * What a site's code (its pages through the bridge, its service worker through the agent) asks of the background.
 * The only way in: every call passes `lib/door`. Nothing in it names an origin; that is the browser's to say.
 */
import type {
  BackgroundFetchFailureReason,
  ClientSnapshot,
  RecordResponse,
  RecordSnapshot,
  RequestHead,
  Snapshot,
  UIOptions,
} from './wire.ts';

export interface SiteCalls {
  /** Whether a `fetch` of this id would be refused whatever it asks for; rejects as that would. */
  mayFetch: { argument: { scope: string; isActive: boolean; id: string }; result: undefined };
  /**
   * BackgroundFetchManager.fetch(), after conversion. `scope` is the registration's scope URL, `isActive` tells that it has
   * an active worker.
   */
  fetch: {
    argument: {
      scope: string;
      isActive: boolean;
      id: string;
      requests: { head: RequestHead; body: Blob | null }[];
      /** What the referrer "about:client" of these requests stands for: a URL, or '' for none. */
      referrer: string;
      /** In bytes; 0 for unknown. */
      downloadTotal: number;
      ui: UIOptions;
      /** Added by the bridge, over whatever the page says; a service worker has none. */
      client?: ClientState;
    };
    result: Snapshot;
  };
  /** BackgroundFetchManager.get() */
  get: { argument: { scope: string; id: string }; result: Snapshot | null };
  /** One that the caller knows, in whatever state it is by now: it is to hear of its changes. Null when it is forgotten. */
  watch: { argument: { key: string }; result: Snapshot | null };
  /** BackgroundFetchManager.getIds() */
  getIds: { argument: { scope: string }; result: string[] };
  /** ServiceWorkerRegistration.unregister() has cleared the registration with this scope. */
  unregistered: { argument: { scope: string }; result: undefined };
  /**
   * The scopes of the registrations that had an active worker at `at` (ms since the epoch). What was begun before at any
   * other scope belongs to a registration that is cleared: `fetch` wants an active worker.
   */
  living: { argument: { scopes: string[]; at: number }; result: undefined };
  /** The state of the permission "background-fetch": https://wicg.github.io/background-fetch/#permissions */
  permission: { argument: undefined; result: PermissionState };
  /** BackgroundFetchRegistration.abort() */
  abort: { argument: { key: string }; result: boolean };
  /**
   * BackgroundFetchRegistration.match() and matchAll(). `request` null matches every record; `first` stops at the first
   * match. Pieces are given for settled records only; `read` gives the others'.
   */
  match: {
    argument: { key: string; request: RequestHead | null; options: CacheQueryFlags; first: boolean };
    result: RecordSnapshot[];
  };
  /**
   * The response of a record from byte `offset` of generation `generation` on. Answers when there is something new:
   * a head (with `offset` 0), more bytes, a result or another generation.
   */
  read: {
    argument: { key: string; index: number; generation: number; offset: number; headKnown: boolean };
    result: RecordResponse;
  };
}

/** What our bridge sees of the page that calls `fetch`. */
export interface ClientState {
  /** The person has just clicked or typed there: https://html.spec.whatwg.org/#transient-activation */
  activated: boolean;
  /** Serialised Content Security Policies, of those that are enforced. */
  policies: string[];
  /** https://w3c.github.io/webappsec-referrer-policy/#default-referrer-policy is '' here. */
  referrerPolicy: ReferrerPolicy;
}

/** CacheQueryOptions: https://w3c.github.io/ServiceWorker/#dictdef-cachequeryoptions */
export interface CacheQueryFlags {
  ignoreSearch: boolean;
  ignoreMethod: boolean;
  ignoreVary: boolean;
}

/** Only the service worker that was handed an event may call these, on that event's port. */
export interface EventCalls {
  /** BackgroundFetchUpdateUIEvent.updateUI() */
  updateUI: { argument: UIOptions; result: undefined };
  /** Clients.openWindow() inside backgroundfetchclick. The URL is absolute; ours to check that it is same-origin. */
  openWindow: { argument: { url: string }; result: undefined };
  /** Clients.matchAll(), for a worker that has none of its own: an emulated one. All windows, last used first. */
  matchClients: { argument: undefined; result: ClientSnapshot[] };
  /** Client.postMessage() to one of these. */
  postToClient: { argument: { id: string; message: unknown }; result: undefined };
  /** WindowClient.focus() of one of these, inside backgroundfetchclick. */
  focusClient: { argument: { id: string }; result: undefined };
  /** The event is over: its `waitUntil` promises have settled. `errors` are for the log. */
  settled: { argument: { handlers: number; errors: string[] }; result: undefined };
}

/** What a worker tells of itself to our agent. */
export interface LifeSigns {
  /** An update has come. */
  heard: { argument: undefined; result: undefined };
}

export type WorkerCalls = SiteCalls & EventCalls & LifeSigns;

export type ArgumentOf<Calls, Name extends keyof Calls> = Calls[Name] extends { argument: infer Argument }
  ? Argument
  : never;
export type ResultOf<Calls, Name extends keyof Calls> = Calls[Name] extends { result: infer Result }
  ? Result
  : never;

/** One way of calling, whatever lies between. Rejects with a `CallFailure`. */
export interface Caller<Calls> {
  call<Name extends keyof Calls & string>(
    name: Name,
    argument: ArgumentOf<Calls, Name>,
  ): Promise<ResultOf<Calls, Name>>;
}

/** What answers a map of calls: one function a call. */
export type Answers<Calls> = {
  [Name in keyof Calls & string]: (argument: ArgumentOf<Calls, Name>) => Promise<ResultOf<Calls, Name>>;
};

/** Pushed to pages and workers: the background fetch changed (https://wicg.github.io/background-fetch/#update-background-fetch-instances). */
export type Update = Snapshot;

/** The errors that the specification lets a call end with. */
export type CallErrorName =
  | 'TypeError'
  | 'AbortError'
  | 'InvalidStateError'
  | 'NotAllowedError'
  | 'QuotaExceededError'
  | 'UnknownError';

/** An error as it travels. `quota` and `requested` (bytes) go with QuotaExceededError. */
export interface CallError {
  name: CallErrorName;
  message: string;
  quota?: number;
  requested?: number;
}

/** The functional events that a service worker gets. */
export type BackgroundFetchEventName =
  | 'backgroundfetchsuccess'
  | 'backgroundfetchfail'
  | 'backgroundfetchabort'
  | 'backgroundfetchclick';

/** An order to fire a functional event, sent to the service worker (or the emulated scope) with a port for its calls. */
export interface EventOrder {
  event: BackgroundFetchEventName;
  snapshot: Snapshot;
}

/** https://wicg.github.io/background-fetch/#perform-a-background-fetch: the event that tells of a settled background fetch. */
export function settledEventName(failureReason: BackgroundFetchFailureReason): BackgroundFetchEventName {
  if (failureReason === '') return 'backgroundfetchsuccess';
  return failureReason === 'aborted' ? 'backgroundfetchabort' : 'backgroundfetchfail';
}
