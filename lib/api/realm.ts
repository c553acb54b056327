import type { Caller, SiteCalls } from '../protocol/calls.ts';
import type { BackgroundFetchRegistration } from './background-fetch-registration.ts';
import { toException } from './exceptions.ts';

/** What belongs to one global object (a window or a service worker's scope). */
export interface Realm {
  /** Calls the background. Rejects with the exceptions that sites see. */
  readonly call: Caller<SiteCalls>['call'];
  /** https://wicg.github.io/background-fetch/#backgroundfetchmanager-backgroundfetchregistration-instances, by key. */
  readonly instances: Map<string, BackgroundFetchRegistration>;
}

export function createRealm(caller: Caller<SiteCalls>): Realm {
  return {
    instances: new Map(),
    call: (name, argument) =>
      caller.call(name, argument).catch((error) => {
        throw toException(error);
      }),
  };
}
