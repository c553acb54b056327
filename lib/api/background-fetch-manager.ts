import { isBadPort } from '../core/bad-port.ts';
import { toRequestHead } from '../core/request.ts';
import type { ImageResource } from '../protocol/wire.ts';
import {
  type BackgroundFetchRegistration,
  getBackgroundFetchRegistrationInstance,
} from './background-fetch-registration.ts';
import type { Realm } from './realm.ts';
import {
  assertArguments,
  assertInternal,
  internal,
  toDOMString,
  toOptions,
  toRequestInfos,
} from './webidl.ts';

type Internals = [guard: symbol, realm: Realm, registration: ServiceWorkerRegistration];

/** https://wicg.github.io/background-fetch/#background-fetch-manager */
export class BackgroundFetchManager {
  readonly #realm: Realm;
  readonly #registration: ServiceWorkerRegistration;
  /** The calls of fetch() that are not answered yet, by id. */
  readonly #latest = new Map<string, Promise<unknown>>();

  constructor(...[guard, realm, registration]: Internals) {
    assertInternal(guard);
    this.#realm = realm;
    this.#registration = registration;
  }

  fetch(...args: unknown[]): Promise<BackgroundFetchRegistration> {
    // Web IDL: an operation that gives a promise throws nothing, it rejects. An async function is not of the right class.
    return (async () => {
      const registration = this.#registration;
      assertArguments(args, 2);
      const id = toDOMString(args[0]);
      const infos = toRequestInfos(args[1]);
      const { downloadTotal, ui } = toOptions(args[2]);
      if (infos.length === 0) throw new TypeError('At least one request must be given.');
      const requests = infos.map(createRequest);
      const heads = requests.map(toRequestHead);
      const referrer = clientReferrer();
      const icons = ui.icons?.flatMap(resolveIcon);
      const wanted = { scope: registration.scope, isActive: registration.active !== null, id };
      const snapshot = await this.#inTurn(id, async () => {
        // What the answer does not depend on is not waited for.
        if (requests.some(mayHaveBody)) await this.#realm.call('mayFetch', wanted);
        const bodies = await Promise.all(requests.map(readBody));
        return this.#realm.call('fetch', {
          ...wanted,
          requests: heads.map((head, i) => ({ head, body: bodies[i] ?? null })),
          referrer,
          downloadTotal,
          ui: { ...ui, ...(icons && { icons }) },
        });
      });
      return getBackgroundFetchRegistrationInstance(this.#realm, snapshot);
    })();
  }

  /** Of calls with one id the first is answered first, however long its bodies take. */
  #inTurn<Result>(id: string, work: () => Promise<Result>): Promise<Result> {
    const result = this.#latest.get(id)?.then(work, work) ?? work();
    this.#latest.set(id, result);
    const over = () => {
      if (this.#latest.get(id) === result) this.#latest.delete(id);
    };
    result.then(over, over);
    return result;
  }

  get(...args: unknown[]): Promise<BackgroundFetchRegistration | undefined> {
    return (async () => {
      const { scope } = this.#registration;
      assertArguments(args, 1);
      const snapshot = await this.#realm.call('get', { scope, id: toDOMString(args[0]) });
      return snapshot ? getBackgroundFetchRegistrationInstance(this.#realm, snapshot) : undefined;
    })();
  }

  getIds(): Promise<string[]> {
    return (async () => this.#realm.call('getIds', { scope: this.#registration.scope }))();
  }
}

export function createBackgroundFetchManager(
  realm: Realm,
  registration: ServiceWorkerRegistration,
): BackgroundFetchManager {
  return new BackgroundFetchManager(internal, realm, registration);
}

/**
 * The request of a RequestInfo, or a TypeError: from the Request constructor, for no-cors, and for what
 * https://fetch.spec.whatwg.org/#main-fetch would block in every case and so is better said now.
 */
function createRequest(info: Request | string): Request {
  // Parsing takes newlines and tabs out of a URL, so this can be seen of strings only.
  if (typeof info === 'string' && /[\t\n\r]/.test(info) && info.includes('<')) {
    throw new TypeError(
      'The URL may not have both a newline or tab and a "<": it looks like dangling markup.',
    );
  }
  const request = new Request(info);
  if (request.mode === 'no-cors') throw new TypeError("The request's mode may not be no-cors.");
  const url = new URL(request.url);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new TypeError(`The URL's scheme must be http or https, and is ${url.protocol.slice(0, -1)}.`);
  }
  if (isBadPort(url)) throw new TypeError(`Port ${url.port} is blocked.`);
  return request;
}

/** Not told by Request.body, which Firefox lacks. */
function mayHaveBody({ method }: Request): boolean {
  return method !== 'GET' && method !== 'HEAD';
}

/** The whole body of a request. Rejects with a TypeError where it can't be read. */
async function readBody(request: Request): Promise<Blob | null> {
  try {
    const body = await request.blob();
    // Without a body or with an empty one is the same on the wire.
    return body.size === 0 ? null : body;
  } catch (error) {
    throw new TypeError("The request's body could not be read.", { cause: error });
  }
}

/**
 * What "client" means as a referrer here and now; by the time of the fetch the client may be gone:
 * https://w3c.github.io/webappsec-referrer-policy/#determine-requests-referrer
 */
function clientReferrer(): string {
  let global: { location: Location; parent?: Window } = globalThis;
  while (global.location.href === 'about:srcdoc' && global.parent) global = global.parent;
  const url = new URL(global.location.href);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return '';
  url.hash = '';
  return url.href;
}

/** An icon with an absolute URL; https://w3c.github.io/image-resource/#processing passes over one without. */
export function resolveIcon(icon: ImageResource): ImageResource[] {
  const base = typeof document === 'undefined' ? globalThis.location.href : document.baseURI;
  const url = URL.parse(icon.src, base);
  return url ? [{ ...icon, src: url.href }] : [];
}
