import { expect, test } from 'vitest';
import { BackgroundFetchManager } from './background-fetch-manager.ts';
import { BackgroundFetchRecord } from './background-fetch-record.ts';
import { BackgroundFetchRegistration } from './background-fetch-registration.ts';
import { createSite } from './testing/fake-site.ts';

/** As Chromium's own have it: e(numerable), c(onfigurable), w(ritable), and the length of operations. */
const SHAPES = {
  BackgroundFetchManager: 'constructor:cw0 fetch:ecw2 get:ecw1 getIds:ecw0',
  BackgroundFetchRegistration:
    'abort:ecw0 constructor:cw0 downloadTotal:ec downloaded:ec failureReason:ec id:ec match:ecw1 matchAll:ecw0 ' +
    'onprogress:ec recordsAvailable:ec result:ec uploadTotal:ec uploaded:ec',
  BackgroundFetchRecord: 'constructor:cw0 request:ec responseReady:ec',
};

function shapeOf(prototype: object): string {
  return Object.entries(Object.getOwnPropertyDescriptors(prototype))
    .map(([name, { enumerable, configurable, writable, value }]) => {
      const flags = `${enumerable ? 'e' : ''}${configurable ? 'c' : ''}${writable ? 'w' : ''}`;
      return `${name}:${flags}${typeof value === 'function' ? value.length : ''}`;
    })
    .sort()
    .join(' ');
}

test.each(Object.entries(SHAPES))('%s has the shape that Web IDL gives it', (name, shape) => {
  const descriptor = Object.getOwnPropertyDescriptor(createSite().global, name);
  expect(descriptor).toMatchObject({ writable: true, enumerable: false, configurable: true });
  const interfaceObject: typeof BackgroundFetchManager = descriptor?.value;
  expect([interfaceObject.name, interfaceObject.length]).toEqual([name, 0]);
  expect(shapeOf(interfaceObject.prototype)).toBe(shape);
  expect(String(interfaceObject.prototype)).toBe(`[object ${name}]`);
  expect(() => Reflect.construct(interfaceObject, [])).toThrow(new TypeError('Illegal constructor'));
  expect(() => Reflect.construct(interfaceObject, [Symbol('internal'), {}, {}])).toThrow(TypeError);
});

test('a registration is an EventTarget', () => {
  expect(Object.getPrototypeOf(BackgroundFetchRegistration)).toBe(EventTarget);
});

test('one manager a registration', () => {
  const { ServiceWorkerRegistration, registration, manager } = createSite();
  expect(registration.backgroundFetch).toBe(manager);
  expect(new ServiceWorkerRegistration().backgroundFetch).not.toBe(manager);
  const descriptor = Object.getOwnPropertyDescriptor(ServiceWorkerRegistration.prototype, 'backgroundFetch');
  expect(descriptor).toMatchObject({ enumerable: true, configurable: true, set: undefined });
  expect(() => ServiceWorkerRegistration.prototype.backgroundFetch).toThrow(TypeError);
});

test('on other objects getters throw, and what gives a promise rejects', async () => {
  expect(() => BackgroundFetchRegistration.prototype.id).toThrow(TypeError);
  expect(() => BackgroundFetchRecord.prototype.request).toThrow(TypeError);
  await expect(BackgroundFetchRecord.prototype.responseReady).rejects.toThrow(TypeError);
  const { prototype: manager } = BackgroundFetchManager;
  const { prototype: registration } = BackgroundFetchRegistration;
  const { fetch, get, getIds } = manager;
  const { abort, match, matchAll } = registration;
  for (const operation of [fetch, get, getIds, abort, match, matchAll]) {
    await expect(Reflect.apply(operation, {}, ['a', 'b'])).rejects.toThrow(TypeError);
  }
});
