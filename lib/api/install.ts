import { BackgroundFetchManager, createBackgroundFetchManager } from './background-fetch-manager.ts';
import { BackgroundFetchRecord } from './background-fetch-record.ts';
import { BackgroundFetchRegistration } from './background-fetch-registration.ts';
import { installQuotaExceededError } from './quota-exceeded-error.ts';
import type { Realm } from './realm.ts';
import { defineInterface } from './webidl.ts';

/** Makes the interface objects that windows and service workers share properties of `global`; replaces native ones. */
export function installInterfaces(global: object): void {
  defineInterface(global, 'BackgroundFetchManager', BackgroundFetchManager, { fetch: 2, get: 1 });
  defineInterface(global, 'BackgroundFetchRecord', BackgroundFetchRecord);
  defineInterface(global, 'BackgroundFetchRegistration', BackgroundFetchRegistration, { match: 1 });
  installQuotaExceededError(global);
}

/** https://wicg.github.io/background-fetch/#extensions-to-service-worker-registration */
export function installManager(
  global: { ServiceWorkerRegistration: { prototype: ServiceWorkerRegistration } },
  realm: Realm,
): void {
  const { prototype } = global.ServiceWorkerRegistration;
  const scope = Object.getOwnPropertyDescriptor(prototype, 'scope')?.get;
  const managers = new WeakMap<ServiceWorkerRegistration, BackgroundFetchManager>();
  const accessor = {
    get backgroundFetch(): BackgroundFetchManager {
      const registration = this as unknown as ServiceWorkerRegistration;
      // Throws a TypeError for anything else than a ServiceWorkerRegistration.
      scope?.call(registration);
      let manager = managers.get(registration);
      if (!manager) {
        manager = createBackgroundFetchManager(realm, registration);
        managers.set(registration, manager);
      }
      return manager;
    },
  };
  const descriptor = Object.getOwnPropertyDescriptor(accessor, 'backgroundFetch');
  Object.defineProperty(prototype, 'backgroundFetch', {
    ...descriptor,
    enumerable: true,
    configurable: true,
  });
}
