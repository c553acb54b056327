import { toRequestHead } from '../core/request.ts';
import type { BackgroundFetchFailureReason, BackgroundFetchResult, Snapshot } from '../protocol/wire.ts';
import { type BackgroundFetchRecord, createRecordObject } from './background-fetch-record.ts';
import { EventHandler } from './event-handler.ts';
import type { Realm } from './realm.ts';
import { assertArguments, assertInternal, internal, toCacheQueryOptions, toRequestInfo } from './webidl.ts';

type Internals = [guard: symbol, realm: Realm, snapshot: Snapshot];

let update: (registration: BackgroundFetchRegistration, snapshot: Snapshot) => void;
/** Not by its prototype, which can be forged. */
export let isBackgroundFetchRegistration: (value: unknown) => value is BackgroundFetchRegistration;

/** https://wicg.github.io/background-fetch/#background-fetch-registration */
export class BackgroundFetchRegistration extends EventTarget {
  readonly #realm: Realm;
  #snapshot: Snapshot;
  readonly #onprogress: EventHandler;

  constructor(...[guard, realm, snapshot]: Internals) {
    assertInternal(guard);
    super();
    this.#realm = realm;
    this.#snapshot = { ...snapshot };
    this.#onprogress = new EventHandler(this, 'progress');
  }

  static {
    isBackgroundFetchRegistration = (value): value is BackgroundFetchRegistration =>
      typeof value === 'object' && value !== null && #snapshot in value;
    update = (registration, { downloaded, uploaded, result, failureReason, recordsAvailable }) => {
      const old = registration.#snapshot;
      if (!recordsAvailable) old.recordsAvailable = false;
      if (old.result !== '') return;
      if (
        old.downloaded === downloaded &&
        old.uploaded === uploaded &&
        old.result === result &&
        old.failureReason === failureReason
      ) {
        return;
      }
      Object.assign(old, { downloaded, uploaded, result, failureReason });
      registration.dispatchEvent(new Event('progress'));
    };
  }

  get id(): string {
    return this.#snapshot.id;
  }

  get uploadTotal(): number {
    return this.#snapshot.uploadTotal;
  }

  get uploaded(): number {
    return this.#snapshot.uploaded;
  }

  get downloadTotal(): number {
    return this.#snapshot.downloadTotal;
  }

  get downloaded(): number {
    return this.#snapshot.downloaded;
  }

  get result(): BackgroundFetchResult {
    return this.#snapshot.result;
  }

  get failureReason(): BackgroundFetchFailureReason {
    return this.#snapshot.failureReason;
  }

  get recordsAvailable(): boolean {
    return this.#snapshot.recordsAvailable;
  }

  get onprogress(): object | null {
    return this.#onprogress.value;
  }

  set onprogress(value: unknown) {
    this.#onprogress.value = value;
  }

  abort(): Promise<boolean> {
    return (async () => this.#realm.call('abort', { key: this.#snapshot.key }))();
  }

  match(...args: unknown[]): Promise<BackgroundFetchRecord | undefined> {
    return (async () => {
      assertArguments(args, 1);
      const [record] = await this.#match(toRequestInfo(args[0]), args[1], true);
      return record;
    })();
  }

  matchAll(...args: unknown[]): Promise<BackgroundFetchRecord[]> {
    return (async () => {
      return this.#match(args[0] === undefined ? null : toRequestInfo(args[0]), args[1], false);
    })();
  }

  async #match(
    info: Request | string | null,
    options: unknown,
    first: boolean,
  ): Promise<BackgroundFetchRecord[]> {
    const flags = toCacheQueryOptions(options);
    const { key, recordsAvailable } = this.#snapshot;
    if (!recordsAvailable) {
      throw new DOMException('The records are no longer available.', 'InvalidStateError');
    }
    // A Request as it is: another one made from it would take its body.
    const request = typeof info === 'string' ? new Request(info) : info;
    const records = await this.#realm.call('match', {
      key,
      request: request && toRequestHead(request),
      options: flags,
      first,
    });
    return records.map((record) => createRecordObject(this.#realm, key, record));
  }
}

function instanceOf({ instances }: Realm, key: string): BackgroundFetchRegistration | undefined {
  return instances.get(key) as BackgroundFetchRegistration | undefined;
}

/** https://wicg.github.io/background-fetch/#get-a-backgroundfetchregistration-instance */
export function getBackgroundFetchRegistrationInstance(
  realm: Realm,
  snapshot: Snapshot,
): BackgroundFetchRegistration {
  const { key } = snapshot;
  let instance = instanceOf(realm, key);
  if (!instance) {
    instance = new BackgroundFetchRegistration(internal, realm, snapshot);
    realm.instances.set(key, instance);
    const early = realm.early?.get(key);
    realm.early?.delete(key);
    // In a task of its own: the site has no listener yet.
    if (early) setTimeout(takeEarlyUpdate, 0, realm, instance, early);
  }
  return instance;
}

/** The keys of the background fetches that the site has instances of and of whose end it has not heard. */
export function unsettledKeys({ instances }: Realm): string[] {
  const all = [...instances] as [key: string, BackgroundFetchRegistration][];
  return all.filter(([, { result }]) => result === '').map(([key]) => key);
}

/** https://wicg.github.io/background-fetch/#update-background-fetch-instances, the steps for one environment. */
export function updateBackgroundFetchInstances(realm: Realm, snapshot: Snapshot): void {
  const instance = instanceOf(realm, snapshot.key);
  if (instance) updateInstance(realm, instance, snapshot);
  else realm.early?.set(snapshot.key, snapshot);
}

function updateInstance(
  { instances }: Realm,
  instance: BackgroundFetchRegistration,
  snapshot: Snapshot,
): void {
  update(instance, snapshot);
  if (!snapshot.recordsAvailable) instances.delete(snapshot.key);
}

/** One that is no news has crossed the answer. */
function takeEarlyUpdate(realm: Realm, instance: BackgroundFetchRegistration, early: Snapshot): void {
  const isNews =
    early.result !== '' || early.downloaded + early.uploaded > instance.downloaded + instance.uploaded;
  if (isNews) updateInstance(realm, instance, early);
}
