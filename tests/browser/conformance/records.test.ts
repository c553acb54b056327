/** https://wicg.github.io/background-fetch/#background-fetch-registration-match-all and #create-record-objects */
import { describe, expect } from 'vitest';
import { until } from '../../support/until.ts';
import { requirement, useSuite } from './suite.ts';

const { server, open } = await useSuite();

describe('match() and matchAll()', () => {
  requirement('find records as the cache would', async () => {
    const { page, origin } = await open();
    const gate = server.gate('/bytes/held', 5);
    const seen = await page.evaluate(async () => {
      const put = new Request('/bytes/b?size=2', { method: 'PUT', body: 'x' });
      const fetch = await here.registration.backgroundFetch.fetch('id', [
        '/bytes/a?size=1',
        '/bytes/a?size=2',
        '/bytes/a?size=1',
        put,
        '/bytes/held?size=10',
      ]);
      const urls = async (request?: RequestInfo, options?: CacheQueryOptions) =>
        (await fetch.matchAll(request, options)).map(
          ({ request }) => request.method + new URL(request.url).search,
        );
      const one = await fetch.match('/bytes/a?size=1#part');
      return {
        all: await urls(),
        twice: await urls('/bytes/a?size=1'),
        ignoreSearch: await urls('/bytes/a', { ignoreSearch: true }),
        put: await urls('/bytes/b?size=2'),
        putByRequest: await urls(new Request('/bytes/b?size=2', { method: 'PUT' })),
        ignoreMethod: await urls('/bytes/b?size=2', { ignoreMethod: true }),
        none: await urls('/bytes/none'),
        matchNone: (await fetch.match('/bytes/none')) ?? null,
        one: one?.request.url,
      };
    });
    gate.open();
    expect(seen).toEqual({
      all: ['GET?size=1', 'GET?size=2', 'GET?size=1', 'PUT?size=2', 'GET?size=10'],
      twice: ['GET?size=1', 'GET?size=1'],
      ignoreSearch: ['GET?size=1', 'GET?size=2', 'GET?size=1'],
      put: [],
      putByRequest: [],
      ignoreMethod: ['PUT?size=2'],
      none: [],
      matchNone: null,
      one: `${origin}/bytes/a?size=1`,
    });
  });

  requirement('match() wants an argument, and both convert it', async () => {
    const { page } = await open();
    const gate = server.gate('/bytes/held', 5);
    const errors = await page.evaluate(async () => {
      const fetch = await here.registration.backgroundFetch.fetch('id', '/bytes/held?size=10');
      const calls: [keyof BackgroundFetchRegistration, unknown[]][] = [
        ['match', []],
        ['match', ['https://']],
        ['matchAll', ['https://']],
        ['match', ['/', 5]],
        ['matchAll', [undefined]],
      ];
      const errors = [];
      for (const [name, args] of calls) {
        const { error } = await here.outcome(() => Reflect.apply(fetch[name] as () => unknown, fetch, args));
        errors.push(error?.type ?? 'none');
      }
      return errors;
    });
    gate.open();
    expect(errors).toEqual(['TypeError', 'TypeError', 'TypeError', 'TypeError', 'none']);
  });

  requirement('Vary is heeded unless it is to be ignored', async () => {
    const { page, told } = await open({
      worker: `addEventListener('backgroundfetchsuccess', (event) => event.waitUntil(tell('result', async () => {
        const count = async (headers, options) =>
          (await event.registration.matchAll(new Request('/varied', { headers }), options)).length;
        return [await count({ 'x-kind': 'one' }), await count({ 'x-kind': 'two' }),
          await count({ 'x-kind': 'two' }, { ignoreVary: true })];
      })));`,
    });
    server.page('/varied', { body: 'text', headers: { vary: 'x-kind' } });
    await page.evaluate(() =>
      here.registration.backgroundFetch.fetch('id', new Request('/varied', { headers: { 'x-kind': 'one' } })),
    );
    expect(await told('result')).toEqual([1, 0, 1]);
  });
});

describe('responseReady', () => {
  requirement('of a running record resolves at its headers, and its body streams what comes', async () => {
    const { page } = await open();
    const gate = server.gate('/bytes/a', 0.5);
    const half = await page.evaluateHandle(async () => {
      const fetch = await here.registration.backgroundFetch.fetch('id', '/bytes/a?size=400000');
      const record = await fetch.match('/bytes/a?size=400000');
      const response = (await record?.responseReady) as Response;
      const reader = (response.body as ReadableStream<Uint8Array>).getReader();
      let size = 0;
      while (size < 200_000) size += (await reader.read()).value?.length ?? 0;
      return { fetch, reader, size, status: response.status };
    });
    expect(await half.evaluate(({ size, status }) => ({ size, status }))).toEqual({
      size: 200_000,
      status: 200,
    });
    gate.open();
    // What is under way goes on when the records are gone.
    await until('the records are gone', () => half.evaluate(({ fetch }) => !fetch.recordsAvailable));
    const rest = await half.evaluate(async ({ reader }) => {
      let size = 0;
      for (let next = await reader.read(); !next.done; next = await reader.read()) size += next.value.length;
      return size;
    });
    expect(rest).toBe(200_000);
  });

  requirement('is one promise, and two matches give two bodies', async () => {
    const { page } = await open();
    const gate = server.gate('/bytes/a', 5);
    const both = page.evaluate(async () => {
      const fetch = await here.registration.backgroundFetch.fetch('id', '/bytes/a?size=10');
      const one = (await fetch.match('/bytes/a?size=10')) as BackgroundFetchRecord;
      const other = (await fetch.match('/bytes/a?size=10')) as BackgroundFetchRecord;
      const promises = new Set([one.responseReady, one.responseReady]).size;
      const texts = await Promise.all(
        [one, other].map(async (each) => (await (await each.responseReady).bytes()).length),
      );
      return { promises, texts, records: one === other };
    });
    await gate.reached;
    gate.open();
    expect(await both).toEqual({ promises: 1, texts: [10, 10], records: false });
  });

  requirement('of a settled record gives its body every time that it is matched', async () => {
    const { page, told } = await open({
      worker: `addEventListener('backgroundfetchsuccess', (event) => event.waitUntil(tell('sizes', async () => {
        const match = () => event.registration.match('/bytes/a?size=10');
        const sizeOf = async (record) => (await (await record.responseReady).arrayBuffer()).byteLength;
        const record = await match();
        const again = await record.responseReady;
        return [await sizeOf(record), again.bodyUsed, await sizeOf(await match()), await sizeOf(await match())];
      })));`,
    });
    await page.evaluate(() => here.registration.backgroundFetch.fetch('id', '/bytes/a?size=10'));
    expect(await told('sizes')).toEqual([10, true, 10, 10]);
  });

  requirement('of a record without headers rejects with an AbortError when it is aborted', async () => {
    const { page } = await open();
    const answered = Promise.withResolvers<void>();
    server.intercept(async ({ url, response }) => {
      if (url.pathname !== '/bytes/late') return false;
      await answered.promise;
      response.end();
      return true;
    });
    const error = await page.evaluate(async () => {
      const fetch = await here.registration.backgroundFetch.fetch('id', '/bytes/late');
      const record = await fetch.match('/bytes/late');
      const ready = here.outcome(() => record?.responseReady);
      await fetch.abort();
      return (await ready).error;
    });
    answered.resolve();
    expect(error).toMatchObject({ name: 'AbortError', code: 20 });
  });

  requirement('the body of a running record errors with an AbortError when it is aborted', async () => {
    const { page } = await open();
    const gate = server.gate('/bytes/a', 0.5);
    const error = await page.evaluate(async () => {
      const fetch = await here.registration.backgroundFetch.fetch('id', '/bytes/a?size=100000');
      const response = (await (await fetch.match('/bytes/a?size=100000'))?.responseReady) as Response;
      const reader = (response.body as ReadableStream<Uint8Array>).getReader();
      const read = here.outcome(async () => {
        while (!(await reader.read()).done);
      });
      await fetch.abort();
      return (await read).error;
    });
    gate.open();
    expect(error).toMatchObject({ name: 'AbortError' });
  });
});
