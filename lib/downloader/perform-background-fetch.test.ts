import 'fake-indexeddb/auto';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import {
  abortBackgroundFetch,
  pauseBackgroundFetch,
  recordsOf,
  resumeBackgroundFetch,
} from '../store/background-fetches.ts';
import { onChange } from '../store/changes.ts';
import { db } from '../store/database.ts';
import { requestHead, storedFetch, storedRecord } from '../store/testing/rows.ts';
import { Slots } from './slots.ts';
import { addFetch, passTime, perform, setUp, startJob, storedResponse } from './testing/perform.ts';
import { type Script, scriptedSurroundings, serve } from './testing/scripted-server.ts';

const BODY = 'The quick brown fox jumps over the lazy dog.';
const good = serve(BODY);
const paths = (count: number) => Array.from({ length: count }, (_, index) => requestHead(`/${index}`));

beforeEach(setUp);

/** Starts performing the background fetch that is in the database; `stop` is what the downloader does at a pause or abort. */
async function start(script: Script, limits: Parameters<typeof scriptedSurroundings>[1] = {}) {
  const server = scriptedSurroundings(script, limits);
  const { controller, done } = startJob(await storedFetch(), server.surroundings);
  done.catch(() => undefined);
  const stop = () => controller.abort(new DOMException('Stopped.', 'AbortError'));
  return { ...server, done, stop };
}

/** Lets time pass until it is so. */
async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await vi.advanceTimersToNextTimerAsync();
}

describe('many records', () => {
  test('all come to their end, each with its own body, and the whole is a success', async () => {
    const count = 450;
    const { fetch, openResponses } = await perform(({ head }) => ({ body: new URL(head.url).pathname }), {
      requests: paths(count),
    });
    expect(fetch).toMatchObject({ state: 'settled', result: 'success', settledCount: count });
    expect(openResponses()).toBe(0);
    for (const index of [0, 199, 200, count - 1])
      expect((await storedResponse(index)).body).toBe(`/${index}`);
  });

  test('one that fails is told as the whole, and keeps no other from its end', async () => {
    const script: Script = ({ head }) => ({ status: head.url.endsWith('/1') ? 404 : 200, body: 'b' });
    const { fetch } = await perform(script, { requests: paths(5) });
    expect(fetch).toMatchObject({ result: 'failure', failureReason: 'bad-status' });
    expect((await recordsOf('key').toArray()).map(({ result }) => result)).toEqual([
      'success',
      'bad-status',
      'success',
      'success',
      'success',
    ]);
  });

  test('one that waits for another try holds up nobody', async () => {
    const seen: string[] = [];
    const script: Script = ({ head }) => {
      seen.push(head.url);
      return head.url.endsWith('/0') && seen.length < 30
        ? { status: 503, headers: [['Retry-After', '60']] }
        : { body: 'b' };
    };
    await perform(script, { requests: paths(40) });
    expect(seen.at(-1)).toBe('https://site.example/0');
  });
});

describe('many records that wait for another try', () => {
  /** The paths that are asked for before anything is asked for a second time. */
  async function firstAsked(count: number, fails: (path: number) => boolean, failure: ReturnType<Script>) {
    const seen: number[] = [];
    await perform(
      ({ head }) => {
        const path = Number(new URL(head.url).pathname.slice(1));
        seen.push(path);
        return fails(path) ? failure : { body: 'b' };
      },
      { requests: paths(count) },
    );
    return seen.slice(
      0,
      seen.findIndex((path, index) => seen.indexOf(path) < index),
    );
  }

  test.each<[string, ReturnType<Script>]>([
    ['can not be reached', 'network error'],
    ['fails', { status: 500 }],
  ])('because the server %s hold up nobody', async (_, failure) => {
    expect(await firstAsked(31, (path) => path < 30, failure)).toContain(30);
  });

  test.each<[string, ReturnType<Script>]>([
    ['is asked too often', { status: 429 }],
    ['says when to come back', { status: 503, headers: [['Retry-After', '1']] }],
  ])('because the server %s are not followed by ever more requests', async (_, failure) => {
    expect((await firstAsked(40, () => true, failure)).length).toBeLessThan(30);
  });
});

test('a clock that was set back does not hold up what waits for another try', async () => {
  const row = await addFetch();
  const before = Date.now();
  await db.records.update(['key', 0], { failedTries: 1, retryAt: before + 10 * 86_400_000 });
  await passTime(startJob(row, scriptedSurroundings(good).surroundings).done);
  expect(await storedFetch()).toMatchObject({ result: 'success' });
  expect(Date.now() - before).toBeLessThan(2 * 3_600_000);
});

describe('paused in the middle', () => {
  test('keeps every byte that came, and goes on from there', async () => {
    await addFetch();
    const first = await start(() => ({
      ...good({ by: 'extension', head: requestHead('/'), range: null }),
      dropAfter: 10,
      stall: true,
    }));
    await until(() => first.requests.length === 1);
    await until(async () => (await storedFetch()).state === 'active');
    await pauseBackgroundFetch('key');
    first.stop();
    await passTime(first.done);
    expect(await storedFetch()).toMatchObject({ state: 'paused', result: '' });
    const { storedBytes } = await storedRecord();

    await resumeBackgroundFetch('key');
    const second = await start(good);
    await passTime(second.done);
    expect(second.requests.map(({ range }) => range)).toEqual([
      storedBytes === 0 ? null : `bytes=${storedBytes}-`,
    ]);
    expect((await storedResponse()).body).toBe(BODY);
    expect(await storedFetch()).toMatchObject({
      state: 'settled',
      result: 'success',
      downloaded: BODY.length,
    });
  });

  test('is not over before its last byte is stored: going on at once splices nothing', async () => {
    await addFetch(paths(2));
    const slow = Promise.withResolvers<void>();
    // The body of /0 stops at once; that of /1 had bytes on their way, which come late.
    const server = scriptedSurroundings(() => ({
      ...good({ by: 'extension', head: requestHead('/'), range: null }),
      dropAfter: 10,
      stall: true,
    }));
    const { sameOriginRequest } = server.surroundings;
    const surroundings: typeof server.surroundings = {
      ...server.surroundings,
      async sameOriginRequest(outgoing) {
        const received = await sameOriginRequest(outgoing);
        if (received === 'redirected' || !outgoing.request.url.endsWith('/1')) return received;
        const read = received.read;
        return {
          ...received,
          read: async () => {
            try {
              return await read();
            } catch (error) {
              await slow.promise;
              throw error;
            }
          },
        };
      },
    };
    const { controller, done } = startJob(await storedFetch(), surroundings);
    let over = false;
    void done.then(() => {
      over = true;
    });
    await until(() => server.requests.length === 2);
    await pauseBackgroundFetch('key');
    controller.abort(new DOMException('Stopped.', 'AbortError'));
    for (let turn = 0; turn < 10; turn += 1) await vi.advanceTimersToNextTimerAsync();
    expect(over).toBe(false);
    slow.resolve();
    await passTime(done);

    await resumeBackgroundFetch('key');
    await passTime((await start(good)).done);
    expect((await storedResponse(0)).body).toBe(BODY);
    expect((await storedResponse(1)).body).toBe(BODY);
  });

  test('does not wait for a connection that others have', async () => {
    await addFetch();
    const slots = new Slots({ total: 1, perOrigin: 1 });
    const release = await slots.acquire('https://other.example', new AbortController().signal);
    const { done, stop, requests } = await start(good, { slots });
    await pauseBackgroundFetch('key');
    stop();
    await passTime(done);
    expect((await storedFetch()).state).toBe('paused');
    release();
    await slots.acquire('https://other.example', new AbortController().signal);
    expect(requests).toEqual([]);
  });

  test('does not wait for another try that is due later', async () => {
    await addFetch();
    const { done, stop, requests } = await start(() => ({ status: 503, headers: [['Retry-After', '3600']] }));
    await until(async () => (await storedRecord()).retryAt > 0);
    const before = Date.now();
    await pauseBackgroundFetch('key');
    stop();
    await passTime(done);
    expect(Date.now() - before).toBeLessThan(60_000);
    expect(requests).toHaveLength(1);
  });
});

test('aborted in the middle, everything stops, and what was whole stays', async () => {
  await addFetch(paths(3));
  const { done, stop, openResponses } = await start(({ head }) =>
    head.url.endsWith('/0') ? { body: BODY } : { body: BODY, dropAfter: 10, stall: true },
  );
  await until(async () => (await storedRecord(0)).result === 'success');
  await abortBackgroundFetch('key');
  stop();
  await passTime(done);
  expect(openResponses()).toBe(0);
  expect(await storedFetch()).toMatchObject({
    state: 'settled',
    failureReason: 'aborted',
    downloaded: BODY.length,
  });
  expect((await recordsOf('key').toArray()).map(({ result }) => result)).toEqual([
    'success',
    'aborted',
    'aborted',
  ]);
});

/** Answers one request at a time, and takes its time: else all would be over before the first byte is written. */
function slowServer(pause: (resolve: () => void) => unknown) {
  const slots = new Slots({ total: 1, perOrigin: 1 });
  const server = scriptedSurroundings(() => ({ body: BODY }), { slots });
  const { sameOriginRequest } = server.surroundings;
  server.surroundings.sameOriginRequest = async (outgoing) => {
    await new Promise<void>(pause);
    return sameOriginRequest(outgoing);
  };
  return server;
}

test('paused behind our back, it notices with the next progress, and asks for no more', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });
  await addFetch(paths(300));
  const server = slowServer((resolve) => setTimeout(resolve, 100));
  const { done } = startJob(await storedFetch(), server.surroundings);
  await until(() => server.requests.length > 2);
  await pauseBackgroundFetch('key');
  await passTime(done);
  expect(server.requests.length).toBeLessThan(50);
  expect(await storedFetch()).toMatchObject({ state: 'paused', result: '' });
});

test('aborted behind our back, it notices with the next bytes and asks for no more', async () => {
  await addFetch(paths(300));
  const server = slowServer(setImmediate);
  const { done } = startJob(await storedFetch(), server.surroundings);
  await until(() => server.requests.length > 0);
  await abortBackgroundFetch('key');
  await passTime(done);
  expect(server.requests.length).toBeLessThan(300);
  expect(await storedFetch()).toMatchObject({ state: 'settled', failureReason: 'aborted' });
});

describe('downloadTotal', () => {
  test('may be reached', async () => {
    const { fetch } = await perform(good, { requests: paths(2), row: { downloadTotal: 2 * BODY.length } });
    expect(fetch).toMatchObject({ result: 'success', downloaded: 2 * BODY.length });
  });

  test('passed by one byte ends all, for that reason', async () => {
    const slots = { requests: paths(4), row: { downloadTotal: 2 * BODY.length - 1 } };
    const { fetch, openResponses, requests } = await perform(good, slots);
    const results = (await recordsOf('key').toArray()).map(({ result }) => result);
    expect(fetch).toMatchObject({
      state: 'settled',
      result: 'failure',
      failureReason: 'download-total-exceeded',
    });
    expect(results).toContain('download-total-exceeded');
    expect(results.every((result) => result !== '')).toBe(true);
    expect(fetch.downloaded).toBeLessThanOrEqual(2 * BODY.length - 1);
    expect(openResponses()).toBe(0);
    expect(requests.length).toBeLessThanOrEqual(4);
  });

  test('passed by one record ends the others in the middle', async () => {
    const script: Script = ({ head }) =>
      head.url.endsWith('/0') ? { body: BODY } : { body: BODY, dropAfter: 0, stall: true };
    const { fetch, openResponses } = await perform(script, {
      requests: paths(2),
      row: { downloadTotal: 20 },
    });
    expect((await recordsOf('key').toArray()).map(({ result }) => result)).toEqual([
      'download-total-exceeded',
      'aborted',
    ]);
    expect(fetch.failureReason).toBe('download-total-exceeded');
    expect(openResponses()).toBe(0);
  });

  test('counts no byte twice that had to come again', async () => {
    const script: Script = (request, count) => (count === 1 ? { body: BODY, dropAfter: 40 } : good(request));
    const { fetch } = await perform(script, { row: { downloadTotal: BODY.length } });
    expect(fetch).toMatchObject({ result: 'success', downloaded: BODY.length });
  });
});

describe('the disk', () => {
  test.each([
    new DOMException('', 'QuotaExceededError'),
    new DOMException('NS_ERROR_FILE_NO_DEVICE_SPACE', 'UnknownError'),
  ])('that is full (%s) ends the download for that reason', async (error) => {
    vi.spyOn(db.bodies, 'add').mockImplementation(() => {
      throw error;
    });
    const { fetch, openResponses } = await perform(good, { requests: paths(2) });
    expect(fetch).toMatchObject({ state: 'settled', result: 'failure', failureReason: 'quota-exceeded' });
    expect(openResponses()).toBe(0);
  });

  test('that fails otherwise is not the site’s fault: it stays active, and can be taken up again', async () => {
    await addFetch();
    const spy = vi.spyOn(db.bodies, 'add').mockImplementation(() => {
      throw new DOMException('', 'UnknownError');
    });
    const broken = await start(good);
    await expect(passTime(broken.done)).rejects.toThrow();
    expect(await storedFetch()).toMatchObject({ state: 'active', settledCount: 0 });
    spy.mockRestore();
    await passTime((await start(good)).done);
    expect(await storedFetch()).toMatchObject({ state: 'settled', result: 'success' });
    expect((await storedResponse()).body).toBe(BODY);
  });
});

test('a browser that dies at any moment: it goes on from what was stored, without a second result', async () => {
  const requests = paths(3);
  await addFetch(requests);
  for (let life = 0; life < 4; life += 1) {
    // A life ends after some requests; the last one is long enough.
    const {
      done,
      stop,
      requests: seen,
    } = await start((request) => ({
      ...good(request),
      ...(life < 3 && { dropAfter: 7 * (life + 1), stall: true }),
    }));
    if (life < 3) {
      await until(() => seen.length > 0);
      for (let turn = 0; turn < life * 3; turn += 1) await vi.advanceTimersToNextTimerAsync();
      stop();
    }
    await passTime(done);
  }
  expect(await storedFetch()).toMatchObject({ state: 'settled', result: 'success', settledCount: 3 });
  for (const { index } of await recordsOf('key').toArray())
    expect((await storedResponse(index)).body).toBe(BODY);
});

test('one whose last result was stored just before the browser died is settled, with no request', async () => {
  await addFetch();
  await db.records.update(['key', 0], { result: 'success' });
  await db.backgroundFetches.update('key', { settledCount: 1 });
  const { done, requests } = await start(good);
  await passTime(done);
  expect(requests).toEqual([]);
  expect((await storedFetch()).state).toBe('settled');
});

test('progress is told while bytes come, and when the next try is due', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });
  await addFetch();
  const told: string[] = [];
  const stop = onChange((key) => void told.push(key));
  const running = await start((request, count) =>
    count === 1 ? { ...good(request), dropAfter: 10 } : { status: 503, headers: [['Retry-After', '60']] },
  );
  await until(async () => (await storedFetch()).retryAt > 0);
  const row = await storedFetch();
  expect(row.downloaded).toBe(10);
  expect(row.retryAt).toBeGreaterThan(Date.now());
  expect(new Set(told)).toEqual(new Set(['key']));
  running.stop();
  await passTime(running.done);
  stop();
});
