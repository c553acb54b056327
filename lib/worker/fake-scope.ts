/** Test support: a service worker's global scope as far as Node has its parts. */
import type { ExtendableEvent, ServiceWorkerGlobalScope } from './service-worker.ts';

class FakeExtendableEvent extends Event implements ExtendableEvent {
  waitUntil(): void {
    throw new DOMException('Untrusted.', 'InvalidStateError');
  }
}

class FakeClients {
  async openWindow(url: string): Promise<object> {
    return { native: url };
  }
}

class FakeServiceWorkerRegistration extends EventTarget {
  get scope(): string {
    return 'https://site.example/app/';
  }
}

export interface FakeScope extends ServiceWorkerGlobalScope, Record<string, unknown> {
  clients: FakeClients;
}

export function createFakeScope(): FakeScope {
  return Object.assign(new EventTarget(), {
    location: { href: 'https://site.example/app/sw.js' },
    ExtendableEvent: FakeExtendableEvent,

  async unregister(): Promise<boolean> {
    return true;
  }
    Clients: FakeClients,
    clients: new FakeClients(),
    ServiceWorkerRegistration: FakeServiceWorkerRegistration,
  }) as unknown as FakeScope;
}
