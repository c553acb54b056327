import { expect, test } from 'vitest';
import { createSite, SCOPE, snapshotOf } from './testing/fake-site.ts';
import { watchRegister, watchUnregister } from './unregister.ts';

const URL_1 = 'https://site.example/1';

/** A page whose registrations end and begin as told. */
function setUp(registered: { active: object | null }, isCleared = true) {
  const site = createSite({ fetch: async ({ id }) => snapshotOf(id), unregistered: async () => undefined });
  class Registration {
    scope = SCOPE;
    async unregister() {
      return isCleared;
    }
  }
  class Container {
    async register(_url: string) {
      return { scope: SCOPE, ...registered };
    }
  }
  const global = { ServiceWorkerRegistration: Registration, ServiceWorkerContainer: Container };
  watchUnregister(global as unknown as Parameters<typeof watchUnregister>[0], site.realm);
  watchRegister(global as unknown as Parameters<typeof watchRegister>[0], site.realm);
  const told = () => site.calls.filter(([name]) => name === 'unregistered');
  return { ...site, registration: new Registration(), container: new Container(), told };
}

test('the end of a registration is told before the page hears of it', async () => {
  const { registration, told } = setUp({ active: null });
  expect(await registration.unregister()).toBe(true);
  expect(told()).toEqual([['unregistered', { scope: SCOPE }]]);
});

test('one that was cleared before is not told', async () => {
  const { registration, told } = setUp({ active: null }, false);
  expect(await registration.unregister()).toBe(false);
  expect(told()).toEqual([]);
});

test('a registration where there was none tells of the end of the one before', async () => {
  const { manager, container, told } = setUp({ active: null });
  await manager.fetch('a', URL_1);
  expect((await container.register('sw.js')).scope).toBe(SCOPE);
  expect(told()).toEqual([['unregistered', { scope: SCOPE }]]);
});

test('one that is there already tells nothing, nor does a page without background fetches', async () => {
  const there = setUp({ active: {} });
  await there.manager.fetch('a', URL_1);
  await there.container.register('sw.js');
  const without = setUp({ active: null });
  await without.container.register('sw.js');
  expect([there.told(), without.told()]).toEqual([[], []]);
});

test('what the browser has against a registration the page hears', async () => {
  const { manager, container } = setUp({ active: null });
  await manager.fetch('a', URL_1);
  Object.getPrototypeOf(container).register = async () => {
    throw new TypeError('no');
  };
  await expect(container.register('sw.js')).rejects.toThrow(TypeError);
});
