/**
 * Between our own document and the agent: our content script that acts as the site, in a host frame or in an open
 * page. The agent is ours, but it lives in a process that the site may own: what it answers is data about its own
 * origin, and what it asks on behalf of the site's worker goes through `lib/door` like a page's call.
 */
import type { EventOrder, Update } from './calls.ts';
import type { RecordSnapshot, RequestHead, ResponseHead } from './wire.ts';

/** What we ask of the agent. */
export interface AgentCalls {
  /** Tells that the agent is alive. */
  ping: { argument: Record<string, never>; result: undefined };
  /**
   * Makes a request as the site; the browser enforces CORS. `stream` is the caller's name for it. Rejects with a TypeError
   * for a network error.
   */
  fetch: {
    argument: { stream: number; request: RequestHead; body: Blob | null };
    result: ResponseHead;
  };
  /**
   * How many bytes of the request body have gone out, as soon as these are more than `known`; null where no more is to be
   * told. Not every request tells.
   */
  uploaded: { argument: { stream: number; known: number }; result: number | null };
  /** The next bytes of a response, or null at its end. Rejects with a TypeError where the line breaks. */
  read: { argument: { stream: number }; result: Blob | null };
  /** Stops a request that isn't wanted any more, or its response. */
  cancel: { argument: { stream: number }; result: undefined };
  /**
   * Fires a functional event at the active service worker of the registration with this scope; answers when the event
   * is over. `delivery` goes with the worker's calls. `scopeScript` is the emulated scope, where the browser needs it.
   */
  deliver: {
    argument: { delivery: number; scope: string; order: EventOrder; scopeScript: Blob | null };
    result: DeliveryOutcome;
  };
  /**
   * Gives the site's service worker with this script a port for one call, with the token that it asked with; answers when
   * the call is answered. `delivery` goes with the call, and with updates until the worker is dismissed.
   */
  admit: { argument: { delivery: number; scriptURL: string; token: string }; result: undefined };
  /**
   * Has the worker of a delivery, or of an admission, hear of a change. Says whether it did: one that has ended hears
   * nothing.
   */
  update: { argument: { delivery: number; update: Update }; result: boolean };
  /** The worker of this admission need not hear of changes any more. */
  dismiss: { argument: { delivery: number }; result: undefined };
  /** Last resort: puts successful records into a cache of the site. */
  store: { argument: { cache: string; records: RecordSnapshot[] }; result: undefined };
}

/**
 * - `settled`: the event ran and its waitUntil promises have settled.
 * - `no-registration`: the registration that began the background fetch is cleared.
 * - `unreachable`: the worker is there and can't be told; `reason` says why.
 */
export type DeliveryOutcome =
  | { outcome: 'settled'; handlers: number; errors: string[] }
  | { outcome: 'no-registration' }
  | { outcome: 'unreachable'; reason: string };

/** What the agent asks of us: calls of the site's service worker during a delivery or a knock, as they came. */
export interface AgentRequests {
  worker: { argument: { delivery: number; name: string; argument: unknown }; result: unknown };
}
