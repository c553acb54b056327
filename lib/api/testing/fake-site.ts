import { vi } from 'vitest';
import type { Answers, ArgumentOf, Caller, SiteCalls } from '../../protocol/calls.ts';
import type { RecordSnapshot, Snapshot } from '../../protocol/wire.ts';
import type { BackgroundFetchManager } from '../background-fetch-manager.ts';
import { installInterfaces, installManager } from '../install.ts';
import { createRealm } from '../realm.ts';

type SiteAnswers = Answers<SiteCalls>;

export const SCOPE = 'https://site.example/app/';

export function snapshotOf(id: string, changes: Partial<Snapshot> = {}): Snapshot {
  return {
    key: `key of ${id}`,
    id,
    uploadTotal: 0,
    uploaded: 0,
    downloadTotal: 0,
    downloaded: 0,
    result: '',
    failureReason: '',
    recordsAvailable: true,
    ...changes,
  };
}

/** A settled record of a GET request. */
export function recordOf(url: string, changes: Partial<RecordSnapshot['response']> = {}): RecordSnapshot {
  return {
    index: 0,
    request: {
      url,
      method: 'GET',
      headers: [],
      mode: 'cors',
      credentials: 'same-origin',
      cache: 'default',
      redirect: 'follow',
      referrer: '',
      referrerPolicy: '',
      integrity: '',
    },
    requestBody: null,
    response: {
      generation: 1,
      head: { url, status: 200, statusText: '', headers: [], type: 'basic', redirected: false },
      result: 'success',
      pieces: [new Blob(['bo']), new Blob(['dy'])],
      ...changes,
    },
  };
}

/** A global with the API on it, on a background that gives these answers. */
export function createSite(answers: Partial<SiteAnswers> = {}) {
  const calls: [name: string, argument: unknown][] = [];
  const caller: Caller<SiteCalls> = {
    call: async <Name extends keyof SiteCalls>(name: Name, argument: ArgumentOf<SiteCalls, Name>) => {
      calls.push([name, argument]);
      const answer: SiteAnswers[Name] | undefined = answers[name];
      if (!answer) throw new Error(`No answer to ${name}.`);
      return answer(argument);
    },
  };
  // What the page or the worker has by itself.
  vi.stubGlobal('location', { href: 'https://site.example/page#part' });
  class ServiceWorkerRegistration {
    readonly #scope = SCOPE;
    active: object | null = {};
    declare readonly backgroundFetch: BackgroundFetchManager;
    get scope(): string {
      return this.#scope;
    }
  }
  const global: Record<string, unknown> = {};
  const realm = createRealm(caller);
  installInterfaces(global);
  installManager({ ServiceWorkerRegistration } as unknown as Parameters<typeof installManager>[0], realm);
  const registration = new ServiceWorkerRegistration();
  return {
    global,
    realm,
    calls,
    ServiceWorkerRegistration,
    registration,
    manager: registration.backgroundFetch,
  };
}
