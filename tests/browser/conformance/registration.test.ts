/** https://wicg.github.io/background-fetch/#background-fetch-registration: state, progress, abort() */
import { describe, expect } from 'vitest';
import { until } from '../../support/until.ts';
import { requirement, useSuite } from './suite.ts';

const { server, open } = await useSuite();

interface Seen {
  downloaded: number;
  result: string;
  failureReason: string;
  recordsAvailable: boolean;
}

describe('progress', () => {
  requirement('fires on change only, grows with the bytes that come, and ends with the result', async () => {
    const { page } = await open();
    const gate = server.gate('/bytes/a', 0.5);
    const size = 400_000;
    await page.evaluate(async (size) => {
      const fetch = await here.registration.backgroundFetch.fetch('id', `/bytes/a?size=${size}`, {
        downloadTotal: size,
      });
      const seen: object[] = [];
      const events: unknown[] = [];
      Object.assign(globalThis, { seen, fetch, events });
      fetch.addEventListener('progress', (event) => {
        const { downloaded, result, failureReason, recordsAvailable } = fetch;
        seen.push({ downloaded, result, failureReason, recordsAvailable });
        events.push([event.constructor.name, event.target === fetch, event.bubbles, event.cancelable]);
      });
    }, size);
    await gate.reached;
    const seen = () => page.evaluate(() => (globalThis as unknown as { seen: Seen[] }).seen);
    await until('the page sees half', async () => (await seen()).at(-1)?.downloaded === size / 2, 15_000);
    gate.open();
    await page.evaluate(() =>
      here.settled((globalThis as unknown as { fetch: BackgroundFetchRegistration }).fetch),
    );
    const all = await seen();
    const states = all.map(({ downloaded, result }) => `${downloaded} ${result}`);
    expect(new Set(states).size).toBe(states.length);
    expect(all.map(({ downloaded }) => downloaded)).toEqual(
      all.map(({ downloaded }) => downloaded).toSorted((one, other) => one - other),
    );
    expect(all.slice(0, -1).every(({ result }) => result === '')).toBe(true);
    expect(all.at(-1)).toMatchObject({ downloaded: size, result: 'success', failureReason: '' });
    const events = await page.evaluate(() => (globalThis as unknown as { events: unknown[] }).events);
    expect(events[0]).toEqual(['Event', true, false, false]);
  });

  requirement('a page sees progress within the first second of data', async () => {
    const { page } = await open();
    const gate = server.gate('/bytes/a', 0.5);
    await page.evaluate(async () => {
      const fetch = await here.registration.backgroundFetch.fetch('id', '/bytes/a?size=100000');
      fetch.onprogress = () => Object.assign(globalThis, { progressAt: Date.now() });
    });
    await gate.reached;
    const reachedAt = Date.now();
    const progressAt = await until('the page sees progress', () =>
      page.evaluate(() => (globalThis as unknown as { progressAt?: number }).progressAt),
    );
    gate.open();
    expect(progressAt - reachedAt).toBeLessThan(1000);
  });

  requirement('comes at a bounded rate', async () => {
    const { page } = await open();
    const { events, seconds } = await page.evaluate(async () => {
      const urls = Array.from({ length: 20 }, (_, index) => `/bytes/${index}?size=50000`);
      const begunAt = performance.now();
      const fetch = await here.registration.backgroundFetch.fetch('id', urls);
      let events = 0;
      fetch.addEventListener('progress', () => events++);
      await here.settled(fetch);
      return { events, seconds: (performance.now() - begunAt) / 1000 };
    });
    expect(events).toBeGreaterThan(0);
    // The first and the last come when they come.
    expect(events - 2).toBeLessThanOrEqual(20 * seconds);
  });

  requirement('downloaded falls when a record has to start again', async () => {
    const { page } = await open();
    const size = 400_000;
    const half = server.gate('/bytes/a', 0.5);
    await page.evaluate(async (size) => {
      const fetch = await here.registration.backgroundFetch.fetch(
        'id',
        `/bytes/a?size=${size}&etag=changing`,
      );
      Object.assign(globalThis, { fetch });
    }, size);
    const downloaded = (expected: number) =>
      until(`the page sees ${expected}`, () =>
        page.evaluate(
          (expected) =>
            (globalThis as unknown as { fetch: BackgroundFetchRegistration }).fetch.downloaded === expected,
          expected,
        ),
      );
    await downloaded(size / 2);
    const quarter = server.gate('/bytes/a', 0.25);
    server.dropConnections();
    await downloaded(size / 4);
    half.open();
    quarter.open();
    await downloaded(size);
  });

  requirement('onprogress is an event handler', async () => {
    const { page } = await open();
    const seen = await page.evaluate(async () => {
      const fetch = await here.registration.backgroundFetch.fetch('id', '/bytes/a?size=10');
      const order: string[] = [];
      fetch.addEventListener('progress', () => order.push('first'));
      fetch.onprogress = () => order.push('replaced');
      fetch.addEventListener('progress', () => order.push('last'));
      fetch.onprogress = () => order.push('handler');
      fetch.dispatchEvent(new Event('progress'));
      const before = [...order];
      fetch.onprogress = 5 as unknown as null;
      return { before, cleared: fetch.onprogress };
    });
    expect(seen).toEqual({ before: ['first', 'handler', 'last'], cleared: null });
  });

  requirement('nothing fires after it has settled', async () => {
    const { page, told } = await open({
      worker: `addEventListener('backgroundfetchsuccess', (event) => event.waitUntil(
        (async () => { await event.registration.matchAll(); await tell('over', 1); })()));`,
    });
    const late = await page.evaluate(async () => {
      const fetch = await here.registration.backgroundFetch.fetch('id', '/bytes/a?size=10');
      await here.settled(fetch);
      let late = 0;
      // The listener of settled() ran within the last event's dispatch, which goes on after this.
      await new Promise((resolve) => setTimeout(resolve));
      fetch.addEventListener('progress', () => late++);
      Object.assign(globalThis, { late: () => late, fetch });
      return fetch.result;
    });
    expect(late).toBe('success');
    await told('over');
    await until('the records are gone', () =>
      page.evaluate(
        () => !(globalThis as unknown as { fetch: BackgroundFetchRegistration }).fetch.recordsAvailable,
      ),
    );
    expect(await page.evaluate(() => (globalThis as unknown as { late(): number }).late())).toBe(0);
  });

  requirement('uploaded tells of the bytes that went out', async () => {
    const { page } = await open();
    const uploaded = await page.evaluate(async () => {
      const request = new Request('/bytes/up?size=1', { method: 'POST', body: 'x'.repeat(5000) });
      const fetch = await here.registration.backgroundFetch.fetch('id', request);
      const before = fetch.uploaded;
      await here.settled(fetch);
      return [before, fetch.uploaded, fetch.uploadTotal];
    });
    expect(uploaded).toEqual([0, 5000, 5000]);
  });
});

describe('abort()', () => {
  requirement(
    'ends a running one, which tells by its last progress event and by backgroundfetchabort',
    async () => {
      const { page, told } = await open({
        worker: `addEventListener('backgroundfetchabort', (event) => {
        const { id, result, failureReason } = event.registration;
        event.waitUntil(tell('aborted', { id, result, failureReason, type: event.constructor.name }));
      });`,
      });
      const gate = server.gate('/bytes/held', 5);
      const running = await page.evaluateHandle(() =>
        here.registration.backgroundFetch.fetch('id', '/bytes/held?size=10'),
      );
      // Before that there may be no request yet that could be seen to end.
      await gate.reached;
      const seen = await running.evaluate(async (fetch) => {
        const aborted = await fetch.abort();
        const ids = await here.registration.backgroundFetch.getIds();
        await here.settled(fetch);
        return {
          aborted,
          ids,
          again: await fetch.abort(),
          result: fetch.result,
          reason: fetch.failureReason,
        };
      });
      const cut = await server.log.wait('/bytes/held', (request) => request.outcome !== 'open');
      gate.open();
      expect(seen).toEqual({ aborted: true, ids: [], again: false, result: 'failure', reason: 'aborted' });
      expect(cut.outcome).toBe('cut');
      expect(await told('aborted')).toEqual({
        id: 'id',
        result: 'failure',
        failureReason: 'aborted',
        type: 'BackgroundFetchEvent',
      });
    },
  );

  requirement('of a settled one gives false', async () => {
    const { page } = await open();
    const seen = await page.evaluate(async () => {
      const fetch = await here.registration.backgroundFetch.fetch('id', '/bytes/a?size=10');
      await here.settled(fetch);
      return { aborted: await fetch.abort(), result: fetch.result };
    });
    expect(seen).toEqual({ aborted: false, result: 'success' });
  });
});

describe('the records available flag', () => {
  requirement('is unset in a page once the completion event is over', async () => {
    const { page } = await open();
    const fetch = await page.evaluateHandle(async () =>
      here.settled(await here.registration.backgroundFetch.fetch('id', '/bytes/a?size=10')),
    );
    await until('the records are gone', () => fetch.evaluate((fetch) => !fetch.recordsAvailable), 15_000);
    const errors = await fetch.evaluate(async (fetch) => [
      (await here.outcome(() => fetch.match('/bytes/a?size=10'))).error,
      (await here.outcome(() => fetch.matchAll())).error,
    ]);
    const expected = expect.objectContaining({ name: 'InvalidStateError', code: 11 });
    expect(errors).toEqual([expected, expected]);
  });
});
