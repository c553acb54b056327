import type { Realm } from './realm.ts';

/**
 * Tells the background when a registration is cleared: https://wicg.github.io/background-fetch/#privacy-and-bandwidth-use.
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
        if (isCleared) await tell(registration.scope);
        return isCleared;
      })();
    },
  });

  async function tell(scope: string): Promise<void> {
    try {
      await realm.call('unregistered', { scope });
    } catch (error) {
      console.debug('Backfetch did not hear of the end of a service worker.', error);
    }
  }
}
