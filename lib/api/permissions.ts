import { EventHandler } from './event-handler.ts';
import type { Realm } from './realm.ts';
import { defineInterface } from './webidl.ts';

const NAME = 'background-fetch';

interface PermissionsGlobal {
  Permissions?: { prototype: Permissions };
  PermissionStatus?: { prototype: PermissionStatus };
}

let update: (status: BackgroundFetchPermissionStatus, state: PermissionState) => void;

/** https://w3c.github.io/permissions/#permissionstatus-interface, of our permission. */
class BackgroundFetchPermissionStatus extends EventTarget {
  #state: PermissionState;
  readonly #onchange = new EventHandler(this, 'change');

  constructor(state: PermissionState) {
    super();
    this.#state = state;
  }

  static {
    update = (status, state) => {
      if (status.#state === state) return;
      status.#state = state;
      status.dispatchEvent(new Event('change'));
    };
  }

  get name(): string {
    return NAME;
  }

  get state(): PermissionState {
    return this.#state;
  }

  get onchange(): object | null {
    return this.#onchange.value;
  }

  set onchange(value: unknown) {
    this.#onchange.value = value;
  }
}

/**
 * Has `navigator.permissions.query({ name: 'background-fetch' })` answer for us:
 * https://wicg.github.io/background-fetch/#permissions. Returns a function that looks whether the state has changed.
 */
export function installPermission(global: object, realm: Realm): () => Promise<void> {
  const { Permissions, PermissionStatus } = global as PermissionsGlobal;
  const statuses = new Set<BackgroundFetchPermissionStatus>();
  if (!Permissions || !PermissionStatus) return async () => {};
  const { prototype } = BackgroundFetchPermissionStatus;
  // Between an instance and the browser's own prototype, whose getters take no object but the browser's.
  defineInterface({}, 'PermissionStatus', BackgroundFetchPermissionStatus);
  Reflect.deleteProperty(prototype, 'constructor');
  Object.setPrototypeOf(prototype, PermissionStatus.prototype);
  // A proxy, because the function then still looks native.
  Permissions.prototype.query = new Proxy(Permissions.prototype.query, {
    apply(native, permissions, args) {
      const [descriptor] = args;
      const isOurs =
        permissions instanceof (Permissions as new () => Permissions) && descriptor?.name === NAME;
      if (!isOurs) return Reflect.apply(native, permissions, args);
      return (async () => {
        const status = new BackgroundFetchPermissionStatus(await realm.call('permission', undefined));
        statuses.add(status);
        return status;
      })();
    },
  });
  return async () => {
    if (statuses.size === 0) return;
    const state = await realm.call('permission', undefined);
    for (const status of statuses) update(status, state);
  };
}
