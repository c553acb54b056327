/** Test support: a service worker's global scope as far as Node has its parts. */
import type { ExtendableEvent, ServiceWorkerGlobalScope } from './service-worker.ts';

class FakeExtendableEvent extends Event implements ExtendableEvent {
  waitUntil(): void {
    throw new DOMException('Untrusted.', 'InvalidStateError');
  }
}

class FakeClients {
  all: { url: string }[] = [];

  async get(url: string) {
    return this.all.find((client) => client.url === url);
  }

  async matchAll() {
    return this.all;
  }

  async openWindow(url: string): Promise<object> {
    return { native: url };
  }
}

class FakeServiceWorkerRegistration extends EventTarget {
  get scope(): string {
    return 'https://site.example/app/';
  }

  async unregister(): Promise<boolean> {
    return true;
  }
}

export interface FakeScope extends ServiceWorkerGlobalScope, Record<string, unknown> {
  clients: FakeClients;
}

export function createFakeScope(): FakeScope {
  return Object.assign(new EventTarget(), {
    location: { href: 'https://site.example/app/sw.js' },
    registration: new FakeServiceWorkerRegistration(),
    fetch: globalThis.fetch,
    ExtendableEvent: FakeExtendableEvent,
    Clients: FakeClients,
    clients: new FakeClients(),
    ServiceWorkerRegistration: FakeServiceWorkerRegistration,
  }) as unknown as FakeScope;
}
