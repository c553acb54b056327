/** Of the interfaces of https://w3c.github.io/ServiceWorker/ that TypeScript's DOM library lacks, what we use. */

export interface ExtendableEvent extends Event {
  waitUntil(promise: unknown): void;
}

export interface ExtendableMessageEvent extends ExtendableEvent {
  readonly data: unknown;
  readonly ports: readonly MessagePort[];
}

export interface FetchEvent extends ExtendableEvent {
  readonly request: Request;
  respondWith(response: Response | Promise<Response>): void;
}

export interface Client {
  readonly url: string;
}

export interface Clients {
  get(id: string): Promise<Client | undefined>;
  matchAll(options?: object): Promise<readonly Client[]>;
  openWindow(url: string): Promise<object | null>;
}

export interface ServiceWorkerGlobalScope extends EventTarget {
  readonly location: { readonly href: string };
  readonly registration: ServiceWorkerRegistration;
  readonly fetch: typeof fetch;
  readonly ExtendableEvent: {
    new (type: string, init?: EventInit): ExtendableEvent;
    prototype: ExtendableEvent;
  };
  readonly Clients: { prototype: Clients };
  readonly ServiceWorkerRegistration: { prototype: ServiceWorkerRegistration };
}
