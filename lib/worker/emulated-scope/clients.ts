import { assertInternal, defineInterface, internal } from '../../api/webidl.ts';

/**
 * https://w3c.github.io/ServiceWorker/#clients-interface. The site's windows can't be known here: nothing but its real
 * service worker may list them, and that one can't be asked. So there are none.
 */
export class Clients {
  constructor(guard: symbol) {
    assertInternal(guard);
  }

  async get(_id: string): Promise<undefined> {
    return undefined;
  }

  async matchAll(_options?: object): Promise<object[]> {
    return [];
  }

  /** Works inside backgroundfetchclick, where lib/worker/events.ts has put itself before this. */
  async openWindow(_url: string): Promise<null> {
    throw new DOMException('Not allowed to open a window.', 'InvalidAccessError');
  }

  /** The real worker stays what it is to the site's pages. */
  async claim(): Promise<void> {}
}

class Client {
  constructor(guard: symbol) {
    assertInternal(guard);
  }
}

class WindowClient extends Client {}

/** Defines the interfaces and gives the object for `self.clients`. */
export function installClients(scope: object): Clients {
  defineInterface(scope, 'Clients', Clients, { get: 1, openWindow: 1 });
  defineInterface(scope, 'Client', Client);
  defineInterface(scope, 'WindowClient', WindowClient);
  return new Clients(internal);
}
