import type { Caller, SiteCalls } from '../protocol/calls.ts';
import type { Snapshot } from '../protocol/wire.ts';
import { toException } from './exceptions.ts';

/** What belongs to one global object (a window or a service worker's scope). */
export interface Realm {
  /** Calls the background. Rejects with the exceptions that sites see. */
  readonly call: Caller<SiteCalls>['call'];
  /**
   * https://wicg.github.io/background-fetch/#backgroundfetchmanager-backgroundfetchregistration-instances, by key: see
   * background-fetch-registration.ts.
   */
  readonly instances: Map<string, EventTarget>;
  /** Updates that came ahead of the answer which makes their instance, by key. */
  readonly early: Map<string, Snapshot>;
}

export function createRealm(caller: Caller<SiteCalls>): Realm {
  return {
    instances: new Map(),
    early: new Map(),
    call: (name, argument) =>
      caller.call(name, argument).catch((error) => {
        throw toException(error);
      }),
  };
}
