/** https://wicg.github.io/background-fetch/#background-fetch-manager-fetch */
import { describe, expect } from 'vitest';
import { requirement, useSuite } from './suite.ts';

const { server, open } = await useSuite();

const typeError = { error: expect.objectContaining({ name: 'TypeError', type: 'TypeError' }) };

/** What the call with these arguments, given as source, comes to. It may not throw but has to reject. */
async function outcomes(...args: string[]) {
  const { page } = await open();
  return page.evaluate(async (args) => {
    const results = [];
    for (const each of args) {
      const values = await new Function(`return (async () => ${each})()`)();
      const call = () =>
        Reflect.apply(here.registration.backgroundFetch.fetch, here.registration.backgroundFetch, values);
      let promise: unknown;
      try {
        promise = call();
      } catch (error) {
        results.push(`threw ${error}`);
        continue;
      }
      const { value, error } = await here.outcome(() => promise);
      results.push(error ? { error } : { value: (value as BackgroundFetchRegistration).id });
    }
    return results;
  }, args);
}

const URL_1 = "'/bytes/a?size=10'";

describe('rejections', () => {
  requirement('missing arguments reject with a TypeError', async () => {
    expect(await outcomes('[]', "['id']", '[undefined]')).toEqual(Array(3).fill(typeError));
  });

  requirement('an empty list rejects with a TypeError', async () => {
    expect(await outcomes("['id', []]", "['id', new Set()]")).toEqual([typeError, typeError]);
  });

  requirement('what the Request constructor refuses rejects with its TypeError', async () => {
    expect(
      await outcomes(
        "['id', 'https://']",
        "['id', 'https://user:pass@localhost/']",
        `['id', [${URL_1}, 'https://']]`,
        "(() => { const used = new Request('/', { method: 'POST', body: 'x' }); return used.text().then(() => ['id', used]); })()",
      ),
    ).toEqual(Array(4).fill(typeError));
  });

  requirement('no-cors rejects with a TypeError', async () => {
    expect(
      await outcomes(
        `['id', new Request(${URL_1}, { mode: 'no-cors' })]`,
        `['id', [${URL_1}, new Request(${URL_1}, { mode: 'no-cors' })]]`,
      ),
    ).toEqual([typeError, typeError]);
  });

  // Fetches that https://fetch.spec.whatwg.org/#main-fetch blocks in every case.
  requirement('a scheme that is not fetched over HTTP rejects with a TypeError', async () => {
    expect(
      await outcomes(
        "['id', 'data:,x']",
        "['id', 'ftp://localhost/']",
        "['id', URL.createObjectURL(new Blob())]",
      ),
    ).toEqual(Array(3).fill(typeError));
  });

  requirement('a blocked port rejects with a TypeError', async () => {
    expect(await outcomes("['id', 'https://localhost:587/']")).toEqual([typeError]);
  });

  requirement('dangling markup rejects with a TypeError', async () => {
    expect(await outcomes(String.raw`['id', '/bytes/a?\n<']`)).toEqual([typeError]);
  });

  requirement('without an active worker it rejects with a TypeError', async () => {
    const { page } = await open();
    server.page('/conformance/stuck.js', 'oninstall = (event) => event.waitUntil(new Promise(() => {}));');
    const outcome = await page.evaluate(async () => {
      const registration = await navigator.serviceWorker.register('stuck.js', { scope: 'stuck/' });
      return here.outcome(() => registration.backgroundFetch.fetch('id', '/bytes/a?size=10'));
    });
    expect(outcome).toEqual(typeError);
  });

  requirement('an id that is in use rejects with a TypeError', async () => {
    const { page } = await open();
    const gate = server.gate('/bytes/held', 5);
    const seen = await page.evaluate(async () => {
      const manager = here.registration.backgroundFetch;
      const first = await manager.fetch('id', '/bytes/held?size=10');
      const second = await here.outcome(() => manager.fetch('id', '/bytes/b?size=10'));
      const other = await manager.fetch('other', '/bytes/b?size=10');
      return { second, other: other.id, same: (await manager.get('id')) === first };
    });
    gate.open();
    expect(seen).toEqual({ second: typeError, other: 'other', same: true });
  });

  requirement('of two concurrent calls with one id the second rejects with a TypeError', async () => {
    const { page } = await open();
    const gate = server.gate('/bytes/held', 5);
    const seen = await page.evaluate(async () => {
      const manager = here.registration.backgroundFetch;
      const url = '/bytes/held?size=10';
      const upload = new Request(url, { method: 'POST', body: new Blob(['x'.repeat(1e6)]) });
      const [first, second] = await Promise.allSettled([
        manager.fetch('id', upload),
        manager.fetch('id', url),
      ]);
      return [first?.status, second?.status, second?.status === 'rejected' && second.reason.name];
    });
    gate.open();
    expect(seen).toEqual(['fulfilled', 'rejected', 'TypeError']);
  });

  requirement('an id is free again once its fetch has settled', async () => {
    const { page } = await open();
    const seen = await page.evaluate(async () => {
      const manager = here.registration.backgroundFetch;
      const first = await here.settled(await manager.fetch('id', '/bytes/a?size=10'));
      const second = await manager.fetch('id', '/bytes/a?size=10');
      return { result: first.result, same: first === second };
    });
    expect(seen).toEqual({ result: 'success', same: false });
  });

  // https://webidl.spec.whatwg.org/#js-operations
  requirement('all arguments are converted before they are looked at', async () => {
    const { page } = await open();
    const seen = await page.evaluate(async () => {
      const read: string[] = [];
      const id = { toString: () => `${read.push('id') && 'id'}` } as unknown as string;
      const none = {
        [Symbol.iterator]() {
          read.push('requests');
          return [].values();
        },
      } as unknown as string[];
      const options = {
        get title(): string {
          read.push('options');
          throw new RangeError('title');
        },
      };
      const { error } = await here.outcome(() => here.registration.backgroundFetch.fetch(id, none, options));
      return { read, error: error?.name };
    });
    expect(seen).toEqual({ read: ['id', 'requests', 'options'], error: 'RangeError' });
  });

  requirement('that an id is in use is told before that there is no room', async () => {
    const { page } = await open();
    const gate = server.gate('/bytes/held', 5);
    const outcome = await page.evaluate(async () => {
      const manager = here.registration.backgroundFetch;
      await manager.fetch('id', '/bytes/held?size=10');
      return here.outcome(() => manager.fetch('id', '/bytes/a?size=10', { downloadTotal: 2 ** 53 }));
    });
    gate.open();
    expect(outcome).toEqual(typeError);
  });

  requirement('a body that breaks rejects with a TypeError', async () => {
    expect(
      await outcomes(
        `['id', new Request(${URL_1}, { method: 'POST', duplex: 'half',
          body: new ReadableStream({ pull: (controller) => controller.error(new Error('broken')) }) })]`,
      ),
    ).toEqual([typeError]);
  });

  requirement('a downloadTotal that can not fit rejects with a QuotaExceededError', async () => {
    const { page } = await open();
    const seen = await page.evaluate(async () => {
      const options = { downloadTotal: 2 ** 53 };
      const manager = here.registration.backgroundFetch;
      const { error } = await here.outcome(() => manager.fetch('id', '/bytes/a?size=10', options));
      return { name: error?.name, ids: await manager.getIds() };
    });
    expect(seen).toEqual({ name: 'QuotaExceededError', ids: [] });
  });

  // https://webidl.spec.whatwg.org/#quotaexceedederror
  requirement('a QuotaExceededError has its class, quota and requested', async () => {
    const { page } = await open();
    const seen = await page.evaluate(async () => {
      const options = { downloadTotal: 2 ** 53 };
      const error = await here.registration.backgroundFetch
        .fetch('id', '/bytes/a?size=10', options)
        .catch((e) => e);
      const { QuotaExceededError } = globalThis as unknown as { QuotaExceededError: typeof DOMException };
      return {
        ofClass: error instanceof QuotaExceededError,
        isDOMException: error instanceof DOMException,
        code: error.code,
        requested: error.requested,
        quota: typeof error.quota,
        tag: String(Object.prototype.toString.call(error)),
      };
    });
    expect(seen).toEqual({
      ofClass: true,
      isDOMException: true,
      code: 22,
      requested: 2 ** 53,
      quota: 'number',
      tag: '[object QuotaExceededError]',
    });
  });
});

describe('conversions', () => {
  requirement('the id is a DOMString', async () => {
    expect(
      await outcomes(
        `[5, ${URL_1}]`,
        `[null, ${URL_1}]`,
        `[undefined, ${URL_1}]`,
        `[{ toString: () => 'object' }, ${URL_1}]`,
        `[Symbol('id'), ${URL_1}]`,
      ),
    ).toEqual([{ value: '5' }, { value: 'null' }, { value: 'undefined' }, { value: 'object' }, typeError]);
  });

  requirement('requests are a RequestInfo or a sequence of them', async () => {
    const { page, origin } = await open();
    const urls = await page.evaluate(async () => {
      const manager = here.registration.backgroundFetch;
      const frame = document.body.appendChild(document.createElement('iframe'));
      const ForeignRequest = (frame.contentWindow as unknown as typeof globalThis).Request;
      const given = {
        string: '/bytes/a?size=10',
        url: new URL('/bytes/a?size=10', location.href) as unknown as string,
        request: new Request('/bytes/a?size=10'),
        foreign: new ForeignRequest(new URL('/bytes/a?size=10', location.href)),
        set: new Set(['/bytes/a?size=10', '/bytes/b?size=10']) as unknown as string[],
        mixed: ['/bytes/a?size=10', new Request('/bytes/b?size=10')],
        fragment: '/bytes/a?size=10#part',
      };
      const urls: Record<string, string[]> = {};
      for (const [id, requests] of Object.entries(given)) {
        const fetch = await manager.fetch(id, requests);
        urls[id] = (await fetch.matchAll()).map((record) => record.request.url);
        // A browser may allow few at a time.
        await fetch.abort();
      }
      return urls;
    });
    const [a, b] = [`${origin}/bytes/a?size=10`, `${origin}/bytes/b?size=10`];
    expect(urls).toEqual({
      string: [a],
      url: [a],
      request: [a],
      foreign: [a],
      set: [a, b],
      mixed: [a, b],
      fragment: [`${a}#part`],
    });
  });

  requirement('relative URLs are resolved against the base URL of the document', async () => {
    const { page, origin } = await open();
    const url = await page.evaluate(async () => {
      document.head.append(Object.assign(document.createElement('base'), { href: '/bytes/' }));
      const fetch = await here.registration.backgroundFetch.fetch('id', 'a?size=10');
      return (await fetch.match('a?size=10'))?.request.url;
    });
    expect(url).toBe(`${origin}/bytes/a?size=10`);
  });

  requirement('downloadTotal is an unsigned long long', async () => {
    const { page } = await open();
    const totals = await page.evaluate(async () => {
      const manager = here.registration.backgroundFetch;
      const given = [
        '1000',
        null,
        undefined,
        1000.9,
        -0.5,
        Number.NaN,
        Number.POSITIVE_INFINITY,
        true,
        '',
        'x',
        2 ** 64 + 4096,
      ];
      const totals = [];
      for (const [index, downloadTotal] of given.entries()) {
        const options = { downloadTotal } as BackgroundFetchOptions;
        const fetch = await manager.fetch(String(index), '/bytes/a?size=1', options);
        totals.push(fetch.downloadTotal);
        // A browser may allow few at a time.
        await fetch.abort();
      }
      totals.push((await manager.fetch('none', '/bytes/a?size=1')).downloadTotal);
      return totals;
    });
    expect(totals).toEqual([1000, 0, 0, 1000, 0, 0, 0, 1, 0, 0, 4096, 0]);
  });

  requirement('options are a dictionary', async () => {
    expect(
      await outcomes(
        `['a', ${URL_1}, undefined]`,
        `['b', ${URL_1}, null]`,
        `['c', ${URL_1}, {}]`,
        `['d', ${URL_1}, 5]`,
        `['e', ${URL_1}, 'title']`,
        `['f', ${URL_1}, { title: Symbol('title') }]`,
        `['g', ${URL_1}, { downloadTotal: 5n }]`,
      ),
    ).toEqual([{ value: 'a' }, { value: 'b' }, { value: 'c' }, typeError, typeError, typeError, typeError]);
  });

  requirement('icons are a sequence of ImageResource', async () => {
    expect(
      await outcomes(
        `['a', ${URL_1}, { icons: [] }]`,
        `['b', ${URL_1}, { icons: [{ src: 'icon.png' }] }]`,
        `['c', ${URL_1}, { icons: [{ src: 5, sizes: null, type: 'image/png', label: 'x' }] }]`,
        `['d', ${URL_1}, { icons: {} }]`,
        `['e', ${URL_1}, { icons: null }]`,
        `['f', ${URL_1}, { icons: 'icon.png' }]`,
        `['g', ${URL_1}, { icons: [{}] }]`,
        `['h', ${URL_1}, { icons: ['icon.png'] }]`,
      ),
    ).toEqual([{ value: 'a' }, { value: 'b' }, { value: 'c' }, ...Array(5).fill(typeError)]);
  });

  requirement(
    'members are read once each, in lexicographical order, those of the inherited dictionary first',
    async () => {
      const { page } = await open();
      const read = await page.evaluate(async () => {
        const read: string[] = [];
        const options = new Proxy({}, { get: (_, key) => void read.push(String(key)) });
        await here.registration.backgroundFetch.fetch('id', '/bytes/a?size=10', options);
        return read;
      });
      expect(read).toEqual(['icons', 'title', 'downloadTotal']);
    },
  );
});

describe('what it gives', () => {
  requirement('a registration that has just begun', async () => {
    const { page } = await open();
    const gate = server.gate('/bytes/held', 5);
    const seen = await page.evaluate(async () => {
      const upload = new Request('/bytes/up?size=1', { method: 'POST', body: 'twelve bytes' });
      const options = { title: 'Title', downloadTotal: 100 };
      const fetch = await here.registration.backgroundFetch.fetch(
        'id',
        ['/bytes/held?size=10', upload],
        options,
      );
      const { id, uploadTotal, downloadTotal, result, failureReason, recordsAvailable, onprogress } = fetch;
      return { id, uploadTotal, downloadTotal, result, failureReason, recordsAvailable, onprogress };
    });
    gate.open();
    expect(seen).toEqual({
      id: 'id',
      uploadTotal: 12,
      downloadTotal: 100,
      result: '',
      failureReason: '',
      recordsAvailable: true,
      onprogress: null,
    });
  });

  requirement('the body of a request is taken before it resolves', async () => {
    const { page } = await open();
    const used = await page.evaluate(async () => {
      const request = new Request('/bytes/up?size=1', { method: 'POST', body: 'x' });
      await here.registration.backgroundFetch.fetch('id', request);
      return request.bodyUsed;
    });
    expect(used).toBe(true);
  });
});

// Last: Chromium's own neither resolves nor starts any further one after it.
requirement('the id may be empty', async () => {
  expect(await outcomes(`['', ${URL_1}]`)).toEqual([{ value: '' }]);
});
