import type { EventOrder } from '../protocol/calls.ts';

/** The one property of a message that we send to a site's service worker; its own scripts never see such a message. */
export const MARKER = '__backfetch';

/**
 * With an {@link EventOrder} go two ports: the event's calls, and one that gets a {@link Failure} when the event is
 * over. With a ping goes one, which gets a {@link Pong} at once. With the token of a knock goes one, for one call.
 */
export interface WorkerMessage {
  [MARKER]: EventOrder | 'ping' | Admission;
}

/** See lib/protocol/worker-knock.ts. */
export interface Admission {
  token: string;
}

/** `busy` while an event is under way. */
export type Pong = 'pong' | 'busy';

/** Why an event could not be fired to its end; null when it was, whatever the site's listeners made of it. */
export type Failure = string | null;
