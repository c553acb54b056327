/** The API under test, for code that tests run in pages: TypeScript's DOM library has none of it. */

interface BackgroundFetchUIOptions {
  icons?: { src: string; sizes?: string; type?: string; label?: string }[];
  title?: string;
}

interface BackgroundFetchOptions extends BackgroundFetchUIOptions {
  downloadTotal?: number;
}

interface BackgroundFetchManager {
  fetch(
    id: string,
    requests: RequestInfo | RequestInfo[],
    options?: BackgroundFetchOptions,
  ): Promise<BackgroundFetchRegistration>;
  get(id: string): Promise<BackgroundFetchRegistration | undefined>;
  getIds(): Promise<string[]>;
}

interface BackgroundFetchRegistration extends EventTarget {
  readonly id: string;
  readonly uploadTotal: number;
  readonly uploaded: number;
  readonly downloadTotal: number;
  readonly downloaded: number;
  readonly result: '' | 'success' | 'failure';
  readonly failureReason: string;
  readonly recordsAvailable: boolean;
  onprogress: ((event: Event) => unknown) | null;
  abort(): Promise<boolean>;
  match(request: RequestInfo, options?: CacheQueryOptions): Promise<BackgroundFetchRecord | undefined>;
  matchAll(request?: RequestInfo, options?: CacheQueryOptions): Promise<BackgroundFetchRecord[]>;
}

interface BackgroundFetchRecord {
  readonly request: Request;
  readonly responseReady: Promise<Response>;
}

interface ServiceWorkerRegistration {
  readonly backgroundFetch: BackgroundFetchManager;
}

/** What a promise came to, in data that leaves the page. */
interface Outcome {
  value?: unknown;
  error?: { name: string; code?: number; type: string };
}

/** Of tests/site/public/conformance/page.js. */
declare const here: {
  registration: ServiceWorkerRegistration;
  start(type: WorkerType): Promise<string>;
  registerAt(scope: string): Promise<ServiceWorkerRegistration>;
  outcome(run: () => unknown): Promise<Outcome>;
  settled(fetch: BackgroundFetchRegistration): Promise<BackgroundFetchRegistration>;
  told(name: string): Promise<unknown[]>;
};

/** Of tests/site/public/conformance/interfaces.js. */
declare function describeInterface(name: string): object | null;
declare function brandChecks(name: string): Promise<Record<string, string>>;
