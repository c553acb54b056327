/** What Web IDL fixes of the interfaces: https://wicg.github.io/background-fetch/#api */
import { describe, expect } from 'vitest';
import { INSECURE_HOST, requirement, useSuite } from './suite.ts';

const { server, browser, open } = await useSuite();

/** The attributes (with ' =' those that can be set) and operations (with their lengths) of each interface. */
const INTERFACES = {
  BackgroundFetchManager: { attributes: [], operations: { fetch: 2, get: 1, getIds: 0 } },
  BackgroundFetchRegistration: {
    attributes: [
      'id',
      'uploadTotal',
      'uploaded',
      'downloadTotal',
      'downloaded',
      'result',
      'failureReason',
      'recordsAvailable',
      'onprogress =',
    ],
    operations: { abort: 0, match: 1, matchAll: 0 },
    inherits: 'EventTarget',
  },
  BackgroundFetchRecord: { attributes: ['request', 'responseReady'], operations: {} },
} satisfies Record<string, Interface>;

const WORKER_INTERFACES = {
  BackgroundFetchEvent: {
    attributes: ['registration'],
    operations: {},
    inherits: 'ExtendableEvent',
    length: 2,
  },
  BackgroundFetchUpdateUIEvent: {
    attributes: [],
    operations: { updateUI: 0 },
    inherits: 'BackgroundFetchEvent',
    length: 2,
  },
} satisfies Record<string, Interface>;

const HANDLERS = ['success', 'fail', 'abort', 'click'].map((event) => `onbackgroundfetch${event}`);

interface Interface {
  attributes: string[];
  operations: Record<string, number>;
  inherits?: string;
  /** Of its constructor; without one it is illegal. */
  length?: number;
}

/** As describeInterface() of tests/site/public/conformance/interfaces.js describes it. */
function described(name: string, { attributes, operations, inherits, length }: Interface) {
  const members: Record<string, object> = {
    'Symbol(Symbol.toStringTag)': { value: name, enumerable: false, configurable: true, writable: false },
  };
  for (const attribute of attributes) {
    const [key = '', settable] = attribute.split(' ');
    members[key] = {
      get: { name: `get ${key}`, length: 0, constructs: false },
      set: settable ? { name: `set ${key}`, length: 1, constructs: false } : null,
      enumerable: true,
      configurable: true,
    };
  }
  for (const [key, length] of Object.entries(operations)) {
    const operation = { name: key, length, constructs: false };
    members[key] = { operation, enumerable: true, configurable: true, writable: true };
  }
  return {
    property: { writable: true, enumerable: false, configurable: true },
    name,
    length: length ?? 0,
    keys: ['length', 'name', 'prototype'],
    inherits: inherits ?? '',
    prototypeInherits: inherits ?? 'Object',
    prototypeProperty: { writable: false, enumerable: false, configurable: false },
    constructorProperty: { writable: true, enumerable: false, configurable: true, same: true },
    members,
    construct: 'TypeError',
    call: 'TypeError',
    tag: `[object ${name}]`,
  };
}

/** In a page with a worker whose completion event runs `script`, which is async and returns what is told. */
async function inWorker<Value>(script: string): Promise<Value> {
  const site = await open({
    worker: `
      importScripts('interfaces.js');
      self.addEventListener('backgroundfetchsuccess', (event) => {
        event.waitUntil(tell('result', async () => { ${script} }));
      });`,
  });
  await site.page.evaluate(() => here.registration.backgroundFetch.fetch('a', '/bytes/a?size=10'));
  return site.told<Value>('result');
}

describe('in a page', () => {
  for (const [name, expected] of Object.entries(INTERFACES)) {
    requirement(`${name} has the shape of its IDL in a page`, async () => {
      const { page } = await open();
      expect(await page.evaluate((name) => describeInterface(name), name)).toEqual(described(name, expected));
    });

    requirement(`the members of ${name} want a this of its class in a page`, async () => {
      const { page } = await open();
      const checks = await page.evaluate((name) => brandChecks(name), name);
      expect(checks).toEqual(expectedChecks(expected));
    });
  }

  requirement('the events and their handlers are not exposed to pages', async () => {
    const { page } = await open();
    const names = [...Object.keys(WORKER_INTERFACES), ...HANDLERS];
    expect(await page.evaluate((names) => names.filter((name) => name in globalThis), names)).toEqual([]);
  });

  requirement('ServiceWorkerRegistration has backgroundFetch, one object each, in a page', async () => {
    const { page } = await open();
    const seen = await page.evaluate(() => {
      const holder = ServiceWorkerRegistration.prototype;
      const { get, set, enumerable, configurable } =
        Object.getOwnPropertyDescriptor(holder, 'backgroundFetch') ?? {};
      let wrong = 'takes it';
      try {
        get?.call({});
      } catch (error) {
        wrong = (error as Error).constructor.name;
      }
      return {
        descriptor: {
          name: get?.name,
          length: get?.length,
          set: set === undefined,
          enumerable,
          configurable,
        },
        wrong,
        same: new Set([here.registration.backgroundFetch, here.registration.backgroundFetch]).size === 1,
        own: Object.hasOwn(here.registration, 'backgroundFetch'),
        tag: String(here.registration.backgroundFetch),
      };
    });
    expect(seen).toEqual({
      descriptor: { name: 'get backgroundFetch', length: 0, set: true, enumerable: true, configurable: true },
      wrong: 'TypeError',
      same: true,
      own: false,
      tag: '[object BackgroundFetchManager]',
    });
  });

  requirement('objects have no own properties in a page', async () => {
    const { page } = await open();
    const keys = await page.evaluate(async () => {
      const fetch = await here.registration.backgroundFetch.fetch('a', '/bytes/a?size=10');
      const record = await fetch.match('/bytes/a?size=10');
      const keysOf = (object: object | undefined) => object && Reflect.ownKeys(object).map(String);
      return [keysOf(here.registration.backgroundFetch), keysOf(fetch), keysOf(record)];
    });
    expect(keys).toEqual([[], [], []]);
  });
});

describe('in a service worker', () => {
  requirement('the interfaces have the shape of their IDL in a worker', async () => {
    const all = { ...INTERFACES, ...WORKER_INTERFACES };
    const names = Object.keys(all);
    const seen = await inWorker(
      `return Object.fromEntries(${JSON.stringify(names)}.map((name) => [name, describeInterface(name)]));`,
    );
    expect(seen).toEqual(
      Object.fromEntries(Object.entries(all).map(([name, expected]) => [name, described(name, expected)])),
    );
  });

  requirement('the members want a this of their class in a worker', async () => {
    const all: Record<string, Interface> = { ...INTERFACES, ...WORKER_INTERFACES };
    const seen = await inWorker(`
      const checks = {};
      for (const name of ${JSON.stringify(Object.keys(all))}) checks[name] = await brandChecks(name);
      return checks;`);
    expect(seen).toEqual(
      Object.fromEntries(Object.entries(all).map(([name, expected]) => [name, expectedChecks(expected)])),
    );
  });

  requirement('the four event handlers are attributes of the global', async () => {
    const seen = await inWorker<object[]>(`
      return ${JSON.stringify(HANDLERS)}.map((name) => {
        const holder = Object.hasOwn(self, name) ? self : ServiceWorkerGlobalScope.prototype;
        const { get, set, enumerable, configurable } = Object.getOwnPropertyDescriptor(holder, name) ?? {};
        self[name] = 5;
        const number = self[name];
        const handler = () => {};
        self[name] = handler;
        const kept = self[name] === handler;
        self[name] = null;
        return {
          get: get?.name, set: set?.name, lengths: [get?.length, set?.length], enumerable, configurable,
          number, kept, cleared: self[name],
        };
      });`);
    expect(seen).toEqual(
      HANDLERS.map((name) => ({
        get: `get ${name}`,
        set: `set ${name}`,
        lengths: [0, 1],
        enumerable: true,
        configurable: true,
        number: null,
        kept: true,
        cleared: null,
      })),
    );
  });

  requirement('the event constructors take a type and a registration, and nothing less', async () => {
    const seen = await inWorker(`
      const errorOf = (run) => { try { run(); return 'none'; } catch (error) { return error.constructor.name; } };
      const { registration } = event;
      return [BackgroundFetchEvent, BackgroundFetchUpdateUIEvent].map((Event) => {
        const made = new Event(Symbol.iterator.description, { registration, cancelable: true });
        return {
          errors: [[], ['a'], ['a', null], ['a', {}], ['a', { registration: {} }], ['a', { registration: null }],
            ['a', { registration: Object.create(BackgroundFetchRegistration.prototype) }], [Symbol('a'), { registration }]].map((args) => errorOf(() => new Event(...args))),
          type: made.type, cancelable: made.cancelable, bubbles: made.bubbles, trusted: made.isTrusted,
          same: made.registration === registration,
          extendable: made instanceof ExtendableEvent,
          untrusted: errorOf(() => made.waitUntil(Promise.resolve())),
        };
      });`);
    const expected = {
      errors: Array(8).fill('TypeError'),
      type: 'Symbol.iterator',
      cancelable: true,
      bubbles: false,
      trusted: false,
      same: true,
      extendable: true,
      untrusted: 'DOMException',
    };
    expect(seen).toEqual([expected, expected]);
  });

  requirement('self.registration has backgroundFetch in a worker', async () => {
    const seen = await inWorker(`
      const { backgroundFetch } = self.registration;
      return [String(backgroundFetch), backgroundFetch === self.registration.backgroundFetch,
        Object.hasOwn(self.registration, 'backgroundFetch')];`);
    expect(seen).toEqual(['[object BackgroundFetchManager]', true, false]);
  });
});

// https://webidl.spec.whatwg.org/#SecureContext
requirement('an insecure context has no background fetches', async () => {
  const page = await browser.newPage();
  const origin = new URL(server.freshOrigin());
  origin.hostname = INSECURE_HOST;
  await page.goto(`${origin.origin}/conformance/`);
  const seen = await page.evaluate(() => ({
    host: location.hostname,
    isSecureContext,
    registration: 'ServiceWorkerRegistration' in globalThis,
  }));
  expect(seen).toMatchObject({
    host: INSECURE_HOST,
    isSecureContext: false,
    registration: false,
  });
});

requirement('dedicated workers have the interfaces that all workers have', async () => {
  const { page } = await open();
  const names = [...Object.keys(INTERFACES), ...Object.keys(WORKER_INTERFACES)];
  const exposed = await page.evaluate(async (names) => {
    const script = `postMessage(${JSON.stringify(names)}.filter((name) => name in self));`;
    const worker = new Worker(URL.createObjectURL(new Blob([script])));
    const { data } = await new Promise<MessageEvent>((resolve) => {
      worker.onmessage = resolve;
    });
    return data;
  }, names);
  expect(exposed).toEqual(Object.keys(INTERFACES));
});

function expectedChecks({ attributes, operations }: Interface): Record<string, string> {
  const checks: Record<string, string> = {};
  for (const attribute of attributes) {
    const [key = '', settable] = attribute.split(' ');
    checks[`get ${key}`] = key === 'responseReady' ? 'rejects' : 'throws';
    if (settable) checks[`set ${key}`] = 'throws';
  }
  for (const key of Object.keys(operations)) checks[key] = 'rejects';
  return checks;
}
