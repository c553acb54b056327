import * as v from 'valibot';
import { openDoor } from '../door/door.ts';
import { eventCallSchemas } from '../door/messages.ts';
import type { Answers, BackgroundFetchEventName, EventCalls } from '../protocol/calls.ts';
import { CallFailure } from '../protocol/rpc.ts';
import type { ClientSnapshot } from '../protocol/wire.ts';
import { updateUI } from '../store/background-fetches.ts';
import { announceChange } from '../store/changes.ts';
import type { BackgroundFetchRow } from '../store/schema.ts';

/** What a delivery sets going outside the database. */
export interface DeliveryEffects {
  /** A background fetch was added or aborted by the worker. */
  changed(key: string): Promise<void>;
  /** The worker has seen this background fetch: it is to be told of its progress. */
  seen(key: string): void;
  /** Aborted when the event is over. */
  readonly gone: AbortSignal;
  /** Shows this page of the site in a tab. */
  openTab(url: string): Promise<void>;
  clients: SiteClients;
}

/** The open pages of a site. An id that is of no open page of the origin does nothing. */
export interface SiteClients {
  /** Last used first. */
  match(origin: string): Promise<ClientSnapshot[]>;
  post(origin: string, id: string, message: unknown): Promise<void>;
  focus(origin: string, id: string): Promise<void>;
}

/** Answers the calls of a site's service worker while it handles `event`: the site's own calls, and the event's. */
export function answerWorker(
  row: BackgroundFetchRow,
  event: BackgroundFetchEventName,
  effects: DeliveryEffects,
): (name: string, argument: unknown) => Promise<unknown> {
  const site = { origin: row.origin, otherIdentity: false, thirdParty: false, unseen: true };
  const door = openDoor(site, effects);
  const updatable = event === 'backgroundfetchsuccess' || event === 'backgroundfetchfail';
  let updated = false;
  let opened = false;
  const answers: Answers<Omit<EventCalls, 'settled'>> = {
    async updateUI(options) {
      if (!updatable || updated)
        throw new CallFailure('InvalidStateError', 'updateUI() may be called once an event.');
      updated = true;
      await updateUI(row.key, options);
      announceChange(row.key);
      return undefined;
    },
    async openWindow({ url }) {
      // As with a notification's click: one window for one activation by the person.
      if (event !== 'backgroundfetchclick' || opened) {
        throw new CallFailure('NotAllowedError', 'A window may be opened once, when the person has clicked.');
      }
      if (new URL(url).origin !== row.origin) {
        throw new CallFailure('TypeError', 'Only pages of the own origin can be opened.');
      }
      opened = true;
      await effects.openTab(url);
      return undefined;
    },
    async matchClients() {
      return effects.clients.match(row.origin);
    },
    async postToClient({ id, message }) {
      await effects.clients.post(row.origin, id, message);
      return undefined;
    },
    async focusClient({ id }) {
      if (event !== 'backgroundfetchclick') {
        throw new CallFailure('NotAllowedError', 'A window may be focused when the person has clicked.');
      }
      await effects.clients.focus(row.origin, id);
      return undefined;
    },
  };
  return async (name, argument) => {
    if (!Object.hasOwn(answers, name)) return door(name, argument);
    const call = name as keyof typeof answers;
    const parsed = v.safeParse(eventCallSchemas[call], argument);
    if (!parsed.success) throw new CallFailure('TypeError', `${name}: ${parsed.issues[0].message}`);
    return answers[call](parsed.output as never);
  };
}
