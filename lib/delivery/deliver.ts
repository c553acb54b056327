import type { DeliveryOutcome } from '../protocol/agent.ts';
import { type BackgroundFetchEventName, settledEventName } from '../protocol/calls.ts';
import {
  beginDelivery,
  countUnreachable,
  deliveryFailed,
  finishDelivery,
  recordsOf,
  snapshotOf,
} from '../store/background-fetches.ts';
import { readResponses } from '../store/bodies.ts';
import { announceChange } from '../store/changes.ts';
import { db } from '../store/database.ts';
import { note } from '../store/log.ts';
import { reviveWithLostBodies } from '../store/lost-bodies.ts';
import type { BackgroundFetchRow } from '../store/schema.ts';
import type { AgentConnection } from './agent-connection.ts';
import { answerWorker, type DeliveryEffects } from './worker-calls.ts';
import { type Tell, WorkerUpdates } from './worker-updates.ts';

/** After so many hand-offs in which the worker could not be told, the records go into a cache of the site. */
const UNREACHABLE_LIMIT = 3;
const FIRST_RETRY = 60_000;
const LONGEST_RETRY = 3_600_000;

/**
 * Whether a settled background fetch may be handed over at `now` (ms since the epoch). What was put off for longer than it is
 * ever done was put off by another clock: that has been set back since.
 */
export function isDeliveryDue({ retryAt }: BackgroundFetchRow, now: number): boolean {
  return retryAt <= now || retryAt > now + LONGEST_RETRY;
}

/** How a hand-off reaches the site, and what it sets going. */
export interface Delivery extends Omit<DeliveryEffects, 'seen' | 'gone'> {
  /** Runs `work` with an agent of this origin. Rejects where there is none. */
  withAgent(origin: string, work: (agent: AgentConnection) => Promise<void>): Promise<void>;
  /** The emulated service-worker scope, where workers can't be reached themselves; else null. */
  loadScopeScript(): Promise<Blob | null>;
}

/**
 * Hands a settled background fetch to the site's service worker, and when that has acknowledged, lets go of the bytes.
 * What breaks off is repeated: only the worker's acknowledgement ends it.
 */
export async function deliver(key: string, delivery: Delivery): Promise<void> {
  // The lock goes with the document that delivers; a row left in "delivering" without it tells of a hand-off that died.
  await navigator.locks.request(`delivery ${key}`, { ifAvailable: true }, async (lock) => {
    if (!lock) return;
    await deliveryFailed(key, 0);
    if (await reviveWithLostBodies(key)) return delivery.changed(key);
    if (!(await beginDelivery(key))) return;
    announceChange(key);
    const row = await db.backgroundFetches.get(key);
    if (!row) return;
    try {
      await delivery.withAgent(row.origin, (agent) => handOver(row, agent, delivery));
    } catch (error) {
      console.warn(`Backfetch: a result for ${row.origin} could not be handed over yet.`, error);
      const delay = Math.min(LONGEST_RETRY, FIRST_RETRY * 2 ** (row.deliveryAttempts - 1));
      await note(key, 'delivery failed', error instanceof Error ? error.message : String(error));
      await deliveryFailed(key, Date.now() + delay);
    }
    announceChange(key);
  });
}

async function handOver(row: BackgroundFetchRow, agent: AgentConnection, delivery: Delivery): Promise<void> {
  const event = settledEventName(row.failureReason);
  const outcome = await fire(row, event, agent, delivery);
  switch (outcome.outcome) {
    case 'settled':
      await note(row.key, event, `${outcome.handlers} handlers`);
      for (const error of outcome.errors) {
        console.warn(`Backfetch: the handler of ${row.origin} failed: ${error}`);
        await note(row.key, 'handler error', error);
      }
      await finishDelivery(row.key, 'event');
      return;
    case 'no-registration':
      await finishDelivery(row.key, '');
      return;
    case 'unreachable':
      if ((await countUnreachable(row.key)) < UNREACHABLE_LIMIT) throw new Error(outcome.reason);
      console.warn(
        `Backfetch: the service worker of ${row.origin} can't be told (${outcome.reason}); its cache is filled.`,
      );
      await fillCache(row, agent);
      await finishDelivery(row.key, 'cache');
  }
}

/** Fires the event, and keeps the worker up to date of what it sees meanwhile. */
async function fire(
  row: BackgroundFetchRow,
  event: BackgroundFetchEventName,
  agent: AgentConnection,
  delivery: Delivery,
): Promise<DeliveryOutcome> {
  const updates = new WorkerUpdates();
  // A click comes in any state.
  if (row.result === '') updates.seen(row.key);
  const order = { event, snapshot: snapshotOf(row) };
  const over = new AbortController();
  const seen = (key: string) => updates.seen(key);
  const answer = answerWorker(row, event, { ...delivery, seen, gone: over.signal });
  const begun = (tell: Tell) => {
    // Whether the worker lives shows by the event.
    const tellOn: Tell = async (update) => (await tell(update)) || true;
    updates.follow(tellOn).catch((error: unknown) => {
      console.debug('Backfetch: a service worker is not up to date.', error);
    });
  };
  try {
    return await agent.deliver(row.scope, order, await delivery.loadScopeScript(), answer, begun);
  } finally {
    updates.stop();
    over.abort();
  }
}

/** The last resort: https://w3c.github.io/ServiceWorker/#cache-storage under the name `background-fetch:<id>`. */
async function fillCache(row: BackgroundFetchRow, agent: AgentConnection): Promise<void> {
  const records = await recordsOf(row.key).toArray();
  const responses = await readResponses(records);
  await agent.client.call('store', {
    cache: `background-fetch:${row.id}`,
    records: records.flatMap(({ index, request }, i) => {
      const response = responses[i];
      return response ? [{ index, request, requestBody: null, response }] : [];
    }),
  });
}

/**
 * Fires backgroundfetchclick, for a background fetch in any state.
 * https://wicg.github.io/background-fetch/#fire-a-background-fetch-click-event
 */
export async function fireBackgroundFetchClickEvent(key: string, delivery: Delivery): Promise<void> {
  const row = await db.backgroundFetches.get(key);
  if (!row) return;
  const event = 'backgroundfetchclick';
  await delivery.withAgent(row.origin, async (agent) => {
    const outcome = await fire(row, event, agent, delivery);
    if (outcome.outcome === 'unreachable') throw new Error(outcome.reason);
    await note(key, event);
  });
}
