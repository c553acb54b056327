import type { Caller, SiteCalls } from '../protocol/calls.ts';
import type { Snapshot } from '../protocol/wire.ts';
import { toException } from './exceptions.ts';

/** What belongs to one global object (a window or a service worker's scope). */
export interface Realm {
  /** Calls the background. Rejects with the exceptions that sites see. */
  readonly call: Caller<SiteCalls>['call'];
  /**
   * https://wicg.github.io/background-fetch/#backgroundfetchmanager-backgroundfetchregistration-instances, by key: see
   * background-fetch-registration.ts. Those of which there is no more to hear are let go.
   */
  readonly instances: Map<string, EventTarget>;
  /** Updates that came ahead of the answer which makes their instance, by key; null while no such answer is to come. */
  readonly early: Map<string, Snapshot> | null;
}

/** The calls whose answers make instances. */
const MAKE_INSTANCES: (keyof SiteCalls)[] = ['fetch', 'get'];

export function createRealm(caller: Caller<SiteCalls>): Realm {
  let early: Realm['early'] = null;
  let unanswered = 0;
  return {
    instances: new Map(),
    get early() {
      return early;
    },
    async call(name, argument) {
      const makesInstance = MAKE_INSTANCES.includes(name);
      if (makesInstance) {
        unanswered += 1;
        early ??= new Map();
      }
      try {
        return await caller.call(name, argument);
      } catch (error) {
        throw toException(error);
      } finally {
        // In a task of its own: who called makes the instance first.
        if (makesInstance) {
          setTimeout(() => {
            unanswered -= 1;
            if (unanswered === 0) early = null;
          });
        }
      }
    },
  };
}
