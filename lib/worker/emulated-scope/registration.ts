import { assertInternal, defineInterface, internal } from '../../api/webidl.ts';
import type { Caller } from '../../protocol/calls.ts';
import { asException } from './as-exception.ts';
import type { HostCalls, NotificationSnapshot, Start } from './protocol.ts';

type Host = Caller<HostCalls>;

/** https://w3c.github.io/ServiceWorker/#serviceworker-interface: the site's active worker, which the agent can reach. */
export class ServiceWorker extends EventTarget {
  readonly #host: Host;
  readonly #scriptURL: string;

  constructor(guard: symbol, host: Host, scriptURL: string) {
    assertInternal(guard);
    super();
    this.#host = host;
    this.#scriptURL = scriptURL;
  }

  get scriptURL(): string {
    return this.#scriptURL;
  }

  get state(): ServiceWorkerState {
    return 'activated';
  }

  postMessage(message: unknown): void {
    this.#host.call('postMessage', { message }).catch(reportError);
  }
}

/** https://wicg.github.io/background-sync/spec/#sync-manager-interface */
class SyncManager {
  readonly #host: Host;

  constructor(guard: symbol, host: Host) {
    assertInternal(guard);
    this.#host = host;
  }

  register(tag: string): Promise<void> {
    return asException(this.#host.call('registerSync', { tag }));
  }

  getTags(): Promise<string[]> {
    return asException(this.#host.call('getSyncTags', undefined));
  }
}

/** https://w3c.github.io/ServiceWorker/#serviceworkerregistration-interface, backed by the site's real registration. */
export class ServiceWorkerRegistration extends EventTarget {
  readonly #host: Host;
  readonly #start: Start;
  readonly #active: ServiceWorker;
  readonly #sync: SyncManager;

  constructor(guard: symbol, host: Host, start: Start) {
    assertInternal(guard);
    super();
    this.#host = host;
    this.#start = start;
    this.#active = new ServiceWorker(internal, host, start.scriptURL);
    this.#sync = new SyncManager(internal, host);
  }

  get scope(): string {
    return this.#start.scope;
  }

  get updateViaCache(): ServiceWorkerUpdateViaCache {
    return this.#start.updateViaCache;
  }

  get installing(): null {
    return null;
  }

  get waiting(): null {
    return null;
  }

  get active(): ServiceWorker {
    return this.#active;
  }

  /** Without it workbox-background-sync repeats its queued requests whenever its script is loaded. */
  get sync(): SyncManager {
    return this.#sync;
  }

  async showNotification(title: string, options: NotificationOptions = {}): Promise<void> {
    // The agent's document would resolve the URLs against its own.
    const resolved = resolveMembers(options, this.#start.scriptURL);
    await asException(this.#host.call('showNotification', { title: `${title}`, options: resolved }));
  }

  async getNotifications(filter: { tag?: string } = {}): Promise<object[]> {
    const { tag } = filter;
    const found = await asException(this.#host.call('getNotifications', tag ? { tag: `${tag}` } : {}));
    return found.map((snapshot) => new EmulatedNotification(this.#host, snapshot));
  }

  async update(): Promise<this> {
    await asException(this.#host.call('update', undefined));
    return this;
  }

  unregister(): Promise<boolean> {
    return asException(this.#host.call('unregister', undefined));
  }
}

/** What getNotifications() gives: the members that are read, and close(). */
class EmulatedNotification extends EventTarget {
  readonly #close: () => void;

  constructor(host: Host, { id, ...members }: NotificationSnapshot) {
    super();
    Object.assign(this, members);
    this.#close = () => {
      host.call('closeNotification', { id }).catch(reportError);
    };
  }

  close(): void {
    this.#close();
  }
}

/** Defines the interfaces and gives the object for `self.registration`. */
export function installRegistration(scope: object, host: Host, start: Start): ServiceWorkerRegistration {
  defineInterface(scope, 'ServiceWorker', ServiceWorker, { postMessage: 1 });
  defineInterface(scope, 'SyncManager', SyncManager, { register: 1 });
  defineInterface(scope, 'ServiceWorkerRegistration', ServiceWorkerRegistration, { showNotification: 1 });
  return new ServiceWorkerRegistration(internal, host, start);
}

/** Notification options with absolute URLs: https://notifications.spec.whatwg.org/#create-a-notification */
function resolveMembers(options: NotificationOptions, base: string): NotificationOptions {
  const resolved: Record<string, unknown> = { ...options };
  for (const member of ['icon', 'badge', 'image']) {
    const url = resolved[member];
    if (url !== undefined) resolved[member] = URL.parse(String(url), base)?.href ?? url;
  }
  const { actions } = resolved;
  if (Array.isArray(actions)) resolved.actions = actions.map((action) => resolveMembers(action, base));
  return resolved;
}
