import { assertArguments, assertInternal, defineInterface, internal, toDOMString } from '../../api/webidl.ts';
import type { Caller } from '../../protocol/calls.ts';
import type { ClientSnapshot } from '../../protocol/wire.ts';
import { asException } from './as-exception.ts';
import type { ClientCalls } from './protocol.ts';

type Host = Caller<ClientCalls>;

/** https://w3c.github.io/ServiceWorker/#client-interface, of a page that the background has found in a tab. */
class Client {
  readonly #host: Host;
  readonly #snapshot: ClientSnapshot;

  constructor(guard: symbol, host: Host, snapshot: ClientSnapshot) {
    assertInternal(guard);
    this.#host = host;
    this.#snapshot = snapshot;
  }

  get id(): string {
    return this.#snapshot.id;
  }

  get url(): string {
    return this.#snapshot.url;
  }

  get type(): ClientTypes {
    return 'window';
  }

  get frameType(): string {
    return this.#snapshot.frameType;
  }

  postMessage(...args: unknown[]): void {
    assertArguments(args, 1);
    // Throws here what the message throws; what is transferred can't go along.
    const [message, transfer] = args;
    structuredClone(message);
    const list = Array.isArray(transfer)
      ? transfer
      : (transfer as StructuredSerializeOptions | undefined)?.transfer;
    if (list && list.length > 0) {
      throw new DOMException('Nothing can be transferred to a page from here.', 'DataCloneError');
    }
    this.#host.call('postToClient', { id: this.id, message }).catch(reportError);
  }
}

/** https://w3c.github.io/ServiceWorker/#windowclient */
class WindowClient extends Client {
  readonly #host: Host;
  readonly #snapshot: ClientSnapshot;

  constructor(guard: symbol, host: Host, snapshot: ClientSnapshot) {
    super(guard, host, snapshot);
    this.#host = host;
    this.#snapshot = snapshot;
  }

  get visibilityState(): DocumentVisibilityState {
    return this.#snapshot.visibilityState;
  }

  get focused(): boolean {
    return this.#snapshot.focused;
  }

  async focus(): Promise<WindowClient> {
    await asException(this.#host.call('focusClient', { id: this.#snapshot.id }));
    const focused: ClientSnapshot = { ...this.#snapshot, focused: true, visibilityState: 'visible' };
    return new WindowClient(internal, this.#host, focused);
  }
}

/** https://w3c.github.io/ServiceWorker/#clients-interface, of the windows that the background finds. */
export class Clients {
  readonly #host: Host;

  constructor(guard: symbol, host: Host) {
    assertInternal(guard);
    this.#host = host;
  }

  async get(...args: unknown[]): Promise<WindowClient | undefined> {
    assertArguments(args, 1);
    const id = toDOMString(args[0]);
    return (await this.#windows()).find((client) => client.id === id);
  }

  async matchAll({ type = 'window', includeUncontrolled = false }: ClientQueryOptions = {}) {
    const clients = type === 'window' || type === 'all' ? await this.#windows(includeUncontrolled) : [];
    return Object.freeze(clients);
  }

  async #windows(includeUncontrolled = true): Promise<WindowClient[]> {
    const all = await asException(this.#host.call('matchClients', undefined));
    return all
      .filter(({ controlled }) => controlled || includeUncontrolled)
      .map((snapshot) => new WindowClient(internal, this.#host, snapshot));
  }

  /** Works inside backgroundfetchclick, where lib/worker/events.ts has put itself before this. */
  async openWindow(_url: string): Promise<null> {
    throw new DOMException('Not allowed to open a window.', 'InvalidAccessError');
  }

  /** The real worker stays what it is to the site's pages. */
  async claim(): Promise<void> {}
}

/** Defines the interfaces and gives the object for `self.clients`. */
export function installClients(scope: object, host: Host): Clients {
  defineInterface(scope, 'Clients', Clients, { get: 1, openWindow: 1 });
  defineInterface(scope, 'Client', Client, { postMessage: 1 });
  defineInterface(scope, 'WindowClient', WindowClient);
  return new Clients(internal, host);
}
