import * as v from 'valibot';
import { requestMatchesCachedItem } from '../core/request-matches-cached-item.ts';
import { connectSources, type SourceList } from '../policy/content-security-policy.ts';
import { refusal } from '../policy/refusal.ts';
import type { Answers, ArgumentOf, SiteCalls } from '../protocol/calls.ts';
import { CallFailure } from '../protocol/rpc.ts';
import type { RecordResponse, RecordResult, RecordSnapshot, Snapshot } from '../protocol/wire.ts';
import {
  abortBackgroundFetch,
  addBackgroundFetch,
  clearBackgroundFetches,
  listedBackgroundFetch,
  listedIds,
  recordsOf,
  snapshotOf,
  unfinishedScopes,
} from '../store/background-fetches.ts';
import { readResponse, readResponses } from '../store/bodies.ts';
import { nextChange } from '../store/changes.ts';
import { db } from '../store/database.ts';
import type { BackgroundFetchRow, RecordRow, State } from '../store/schema.ts';
import { admit, checkAllowed, permissionState } from './admission.ts';
import { siteCallSchemas } from './messages.ts';
import type { Site } from './site.ts';

/**
 * A change may be announced in a document that ends before all have heard of it: so it is looked for, too (ms). Many that
 * wait look less often, so many of them at most in that time.
 */
const LOOK_AGAIN = 1000;
const LOOKS = 100;

/** What the door sets going. */
export interface DoorEffects {
  /** A background fetch was added or aborted: the downloader has to look. */
  changed(key: string): Promise<void>;
  /** The caller has seen this background fetch: it is to be told of its progress. */
  seen(key: string): void;
  /** Aborted when nobody waits for answers any more. */
  readonly gone: AbortSignal;
}

/**
 * The one way in for what a site's code asks. `site` is who the browser says is calling; the answers are for its own
 * background fetches only, and another's are not told apart from ones that don't exist.
 */
export function openDoor(
  site: Site,
  effects: DoorEffects,
): (name: string, argument: unknown) => Promise<unknown> {
  let waiting = 0;
  const answers: Answers<SiteCalls> = {
    async mayFetch(argument) {
      checkScope(argument.scope);
      checkIdentity();
      await checkAllowed(site, argument);
      return undefined;
    },
    async fetch(argument) {
      await answers.mayFetch(argument);
      const sources = connectSources(argument.client?.policies ?? []);
      for (const { head } of argument.requests) checkUrl(head.url, sources);
      const state = await admit(site, argument);
      const { row, records } = newBackgroundFetch(site, argument, sources, state);
      await addBackgroundFetch(row, records);
      effects.seen(row.key);
      // It is stored, so that it will be taken up, whatever keeps the downloader now.
      await effects.changed(row.key).catch((error: unknown) => {
        console.error('Backfetch: a new download has to wait for the next start.', error);
      });
      return snapshotOf(row);
    },
    async get({ scope, id }) {
      checkScope(scope);
      if (isApart()) return null;
      const row = await listedBackgroundFetch(scope, id);
      return row ? snapshotOfSeen(row) : null;
    },
    async watch({ key }) {
      const row = await own(key);
      return row ? snapshotOfSeen(row) : null;
    },
    async getIds({ scope }) {
      checkScope(scope);
      return isApart() ? [] : listedIds(scope);
    },
    async unregistered({ scope }) {
      checkScope(scope);
      // Not verified: what is a site's own it may end anyway.
      if (!isApart()) for (const key of await clearBackgroundFetches(scope)) await effects.changed(key);
      return undefined;
    },
    async living({ scopes, at }) {
      if (isApart()) return undefined;
      for (const scope of await unfinishedScopes(site.origin)) {
        if (scopes.includes(scope)) continue;
        for (const key of await clearBackgroundFetches(scope, at)) await effects.changed(key);
      }
      return undefined;
    },
    async permission() {
      return isApart() ? 'denied' : permissionState(site);
    },
    async abort({ key }) {
      if (!(await own(key))) return false;
      const aborted = await abortBackgroundFetch(key);
      if (aborted) await effects.changed(key);
      return aborted;
    },
    async match({ key, request, options, first }) {
      const row = await own(key);
      if (!row?.recordsAvailable) {
        throw new CallFailure(
          'InvalidStateError',
          'The records of this background fetch are not available any more.',
        );
      }
      const matching = recordsOf(key).filter(
        (record) =>
          request === null ||
          requestMatchesCachedItem(request, record.request, record.response?.headers ?? null, options),
      );
      const records = await (first ? matching.limit(1) : matching).toArray();
      effects.seen(key);
      return snapshots(records);
    },
    async read({ key, index, generation, offset, headKnown }) {
      while (!effects.gone.aborted) {
        const change = nextChange(key, effects.gone);
        waiting += 1;
        try {
          const row = await own(key);
          const record = row?.recordsAvailable && (await db.records.get([key, index]));
          if (!record) return { generation, head: null, result: resultWithoutRecord(row), pieces: [] };
          const news =
            record.result !== '' ||
            record.generation !== generation ||
            (record.response !== null && !headKnown) ||
            record.storedBytes > offset;
          if (news)
            return exposed(record, await readResponse(record, record.generation === generation ? offset : 0));
          await change.happened(LOOK_AGAIN * Math.max(1, waiting / LOOKS));
        } finally {
          waiting -= 1;
          change.stop();
        }
      }
      throw new CallFailure('InvalidStateError', 'Nobody waits for this answer any more.');
    },
  };

  return (name, argument) => {
    if (!Object.hasOwn(answers, name)) {
      return Promise.reject(new CallFailure('TypeError', `Backfetch knows no call "${name}".`));
    }
    return handle(name as keyof SiteCalls, argument);
  };

  async function handle<Name extends keyof SiteCalls>(name: Name, argument: unknown): Promise<unknown> {
    const parsed = v.safeParse(siteCallSchemas[name], argument);
    if (!parsed.success) throw new CallFailure('TypeError', `${name}: ${parsed.issues[0].message}`);
    return answers[name](parsed.output as never);
  }

  function checkScope(scope: string): void {
    if (new URL(scope).origin !== site.origin) {
      throw new CallFailure('TypeError', 'The service-worker registration is of another origin.');
    }
  }

  /** Its storage is not the one that our background fetches belong to, so that it has none. */
  function isApart(): boolean {
    return site.otherIdentity || site.thirdParty;
  }

  function checkIdentity(): void {
    if (site.otherIdentity) {
      throw new CallFailure(
        'NotAllowedError',
        'Background fetches are not made from private windows and container tabs.',
      );
    }
    if (site.thirdParty) {
      throw new CallFailure(
        'NotAllowedError',
        'Background fetches are not made from frames under another site.',
      );
    }
  }

  function checkUrl(url: string, connectSources: SourceList[]): void {
    const why = refusal({ origin: site.origin, connectSources }, new URL(url));
    if (why !== null) throw new CallFailure('TypeError', `${url} can't be fetched. ${why}`);
  }

  async function snapshotOfSeen(row: BackgroundFetchRow): Promise<Snapshot> {
    effects.seen(row.key);
    // As it is now: of a change before it was seen nobody would be told.
    return snapshotOf((await db.backgroundFetches.get(row.key)) ?? row);
  }

  async function own(key: string): Promise<BackgroundFetchRow | undefined> {
    const row = isApart() ? undefined : await db.backgroundFetches.get(key);
    return row?.origin === site.origin ? row : undefined;
  }
}

function newBackgroundFetch(
  site: Site,
  argument: ArgumentOf<SiteCalls, 'fetch'>,
  connectSources: SourceList[],
  state: State,
) {
  const { scope, id, requests, referrer, downloadTotal, ui, client } = argument;
  const key = crypto.randomUUID();
  const records = requests.map(
    ({ head, body }, index): RecordRow => ({
      fetchKey: key,
      index,
      request: head,
      requestBody: body,
      generation: 0,
      response: null,
      result: '',
      pieces: [],
      storedBytes: 0,
      asSite: false,
      sent: false,
      failedTries: 0,
      retryAt: 0,
    }),
  );
  const row: BackgroundFetchRow = {
    key,
    origin: site.origin,
    scope,
    id,
    title: ui.title ?? '',
    icons: ui.icons ?? [],
    downloadTotal,
    downloaded: 0,
    storedBytes: 0,
    uploadTotal: requests.reduce((total, { body }) => total + (body?.size ?? 0), 0),
    uploaded: 0,
    recordCount: records.length,
    settledCount: 0,
    firstFailure: '',
    state,
    connectSources,
    referrer,
    referrerPolicy: client?.referrerPolicy ?? '',
    pausable: requests.every(({ head }) => head.method === 'GET'),
    listed: 1,
    result: '',
    failureReason: '',
    recordsAvailable: true,
    startedAt: Date.now(),
    settledAt: 0,
    doneAt: 0,
    retryAt: 0,
    failedTries: 0,
    triesAllowed: 0,
    deliveredBy: '',
    deliveryAttempts: 0,
    unreachableAttempts: 0,
  };
  return { row, records };
}

/** Records as the site may see them, with the bodies of those that are settled. */
async function snapshots(records: RecordRow[]): Promise<RecordSnapshot[]> {
  const settled = records.filter(({ result }) => result !== '');
  const responses = new Map(
    (await readResponses(settled)).map((response, i) => [settled[i]?.index, response]),
  );
  return records.map((record) => {
    const { index, request, requestBody, generation, response: head, result } = record;
    const response = responses.get(index) ?? { generation, head, result, pieces: [] };
    return { index, request, requestBody, response: exposed(record, response) };
  });
}

/** What a record came to that is not there any more, or never was. */
function resultWithoutRecord(row: BackgroundFetchRow | undefined): RecordResult {
  const isOver = row?.recordsAvailable === false && row.failureReason !== 'aborted';
  return isOver ? 'fetch-error' : 'aborted';
}

/** Nothing of a response that failed reaches the site: https://wicg.github.io/background-fetch/#background-fetch-response-exposed */
function exposed({ result }: RecordRow, response: RecordResponse): RecordResponse {
  const mayBeExposed = result === '' || result === 'success' || result === 'bad-status';
  return mayBeExposed ? response : { ...response, head: null, pieces: [] };
}
