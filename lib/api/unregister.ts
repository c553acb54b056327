import type { Realm } from './realm.ts';

/**
 * Tells the background when a registration is cleared here: https://wicg.github.io/background-fetch/#privacy-and-bandwidth-use.
 * No event tells, and a registration at the same scope can't be told from the one before it.
 */
export function watchUnregister(
  global: { ServiceWorkerRegistration: { prototype: ServiceWorkerRegistration } },
  realm: Realm,
): void {
  const { prototype } = global.ServiceWorkerRegistration;
  // A proxy, because the function then still looks native.
  prototype.unregister = new Proxy(prototype.unregister, {
    apply(native, registration: ServiceWorkerRegistration, args: []) {
      const unregistering = Reflect.apply(native, registration, args);
      return (async () => {
        const isCleared = await unregistering;
        if (isCleared) await tellCleared(realm, registration.scope);
        return isCleared;
      })();
    },
  });
}

/**
 * Tells it when this page, which has to do with background fetches, registers at a scope where there was nothing: then what
 * was there before has been cleared where nobody saw it.
 */
export function watchRegister(
  global: { ServiceWorkerContainer: { prototype: ServiceWorkerContainer } },
  realm: Realm,
): void {
  const { prototype } = global.ServiceWorkerContainer;
  // A proxy, because the function then still looks native.
  prototype.register = new Proxy(prototype.register, {
    apply(native, container: ServiceWorkerContainer, args: Parameters<typeof prototype.register>) {
      const registering = Reflect.apply(native, container, args);
      if (realm.instances.size === 0) return registering;
      return (async () => {
        const registration = await registering;
        if (!registration.active) await tellCleared(realm, registration.scope);
        return registration;
      })();
    },
  });
}

async function tellCleared(realm: Realm, scope: string): Promise<void> {
  try {
    await realm.call('unregistered', { scope });
  } catch (error) {
    console.debug('Backfetch did not hear of the end of a service worker.', error);
  }
}
