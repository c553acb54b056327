import 'fake-indexeddb/auto';
import { beforeEach, expect, test, vi } from 'vitest';
import {
  abortBackgroundFetch,
  pauseBackgroundFetch,
  resumeBackgroundFetch,
} from '../store/background-fetches.ts';
import { announceChange } from '../store/changes.ts';
import { db } from '../store/database.ts';
import { requestHead, storedFetch } from '../store/testing/rows.ts';
import { Downloader, reportChanges } from './downloader.ts';
import { Slots } from './slots.ts';
import { addFetch, passTime, setUp, storedResponse } from './testing/perform.ts';
import { type Reply, type Script, scriptedSurroundings, serve } from './testing/scripted-server.ts';

const BODY = 'The quick brown fox jumps over the lazy dog.';
const good = serve(BODY);
const stalling: Script = (request) => ({ ...good(request), dropAfter: 10, stall: true });

beforeEach(setUp);

/** A downloader, with what it keeps alive and what it said has stopped. */
function createDownloader(script: Script, limits: Parameters<typeof scriptedSurroundings>[1] = {}) {
  const server = scriptedSurroundings(script, limits);
  const stopped: string[] = [];
  let holds = 0;
  const line = { waits: false };
  const downloader = new Downloader(server.surroundings, {
    waitsForLine: () => line.waits,
    hold: () => {
      holds += 1;
      return () => {
        holds -= 1;
      };
    },
    stopped: async (key) => {
      stopped.push(key);
    },
  });
  return { ...server, downloader, stopped, holds: () => holds, line };
}

test('while the person wants another line nothing starts, and only what can be repeated is broken off', async () => {
  await addFetch([requestHead('/a')]);
  await addFetch([requestHead('/b', { method: 'POST' })], { key: 'post', id: 'post', pausable: false });
  const { downloader, requests, openResponses, stopped, holds, line } = createDownloader(stalling);
  line.waits = true;
  await downloader.wake();
  expect(holds()).toBe(0);
  line.waits = false;
  await downloader.wake();
  await until(() => requests.length === 2 && openResponses() === 2);
  line.waits = true;
  await downloader.wake();
  await until(() => stopped.length > 0);
  expect(stopped).toEqual(['key']);
  expect((await storedFetch()).state).toBe('active');
  expect(openResponses()).toBe(1);
});

/** Lets time pass, in steps so short that no connection is taken for dead meanwhile, until it is so. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await vi.advanceTimersByTimeAsync(20);
}

test('what the database says is active is downloaded, once, however often it is woken', async () => {
  await addFetch([requestHead('/a')]);
  await addFetch([requestHead('/b')], { key: 'paused', id: 'paused', state: 'paused' });
  await addFetch([requestHead('/c')], { key: 'pending', id: 'pending', state: 'pending' });
  const { downloader, requests, stopped, holds } = createDownloader(good);
  await Promise.all([
    downloader.wake(),
    downloader.wake('key'),
    downloader.wake(),
    downloader.wake('nobody'),
  ]);
  expect(holds()).toBe(1);
  await until(() => stopped.length > 0);
  await until(() => holds() === 0);
  expect(requests.map(({ head }) => head.url)).toEqual(['https://site.example/a']);
  expect(stopped).toEqual(['key']);
  expect((await storedFetch()).state).toBe('settled');
});

test('paused, it stops; resumed at once, it goes on with nothing twice', async () => {
  await addFetch();
  let line: Script = stalling;
  const { downloader, requests, stopped, openResponses, holds } = createDownloader((request, count) =>
    line(request, count),
  );
  await downloader.wake();
  await until(() => requests.length === 1);
  await pauseBackgroundFetch('key');
  const paused = downloader.wake('key');
  await resumeBackgroundFetch('key');
  line = good;
  await passTime(Promise.all([paused, downloader.wake('key')]));
  await until(() => stopped.length === 2);
  await until(() => holds() === 0);
  expect((await storedResponse()).body).toBe(BODY);
  expect(await storedFetch()).toMatchObject({ state: 'settled', result: 'success', downloaded: BODY.length });
  expect(openResponses()).toBe(0);
});

test('paused behind our back, it stops by itself, and resumed it goes on at once', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });
  await addFetch([requestHead('/a')]);
  const { downloader, requests, stopped } = createDownloader((request, count) =>
    (count === 1 ? stalling : good)(request, count),
  );
  await downloader.wake();
  await until(() => requests.length === 1);
  await pauseBackgroundFetch('key');
  // The ten bytes that came are told.
  await vi.advanceTimersByTimeAsync(200);
  await resumeBackgroundFetch('key');
  await downloader.wake('key');
  await until(() => stopped.length === 2);
  expect(await storedFetch()).toMatchObject({ state: 'settled', result: 'success' });
});

test('aborted or gone, it stops', async () => {
  await addFetch();
  const { downloader, requests, stopped, openResponses } = createDownloader(stalling);
  await downloader.wake();
  await until(() => requests.length === 1);
  await abortBackgroundFetch('key');
  await downloader.wake();
  await until(() => stopped.length === 1);
  expect(openResponses()).toBe(0);
  expect((await storedFetch()).failureReason).toBe('aborted');
});

test('one that breaks off by our own fault is told of, held no longer, and taken up at the next wake', async () => {
  const log = vi.spyOn(console, 'error').mockImplementation(() => {});
  await addFetch();
  const { downloader, stopped, holds } = createDownloader((request, count) =>
    count === 1 ? new Error('a slip') : good(request),
  );
  await downloader.wake();
  await until(() => stopped.length === 1);
  await until(() => holds() === 0);
  expect(log).toHaveBeenCalledTimes(1);
  expect((await storedFetch()).state).toBe('active');
  await downloader.wake();
  await until(() => stopped.length === 2);
  expect(await storedFetch()).toMatchObject({ state: 'settled', result: 'success' });
});

test('one that breaks off again and again ends with what is there', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => {});
  await addFetch([requestHead('/good'), requestHead('/bad')]);
  const { downloader, stopped } = createDownloader(
    ({ head }) => (head.url.endsWith('/bad') ? new Error('a slip') : { body: 'good' }),
    { slots: new Slots({ total: 1, perOrigin: 1 }) },
  );
  for (let life = 1; life <= 9; life += 1) {
    expect((await storedFetch()).state).toBe('active');
    await downloader.wake();
    await until(() => stopped.length === life);
  }
  expect(await storedFetch()).toMatchObject({ state: 'settled', failureReason: 'quota-exceeded' });
  expect((await storedResponse()).body).toBe('good');
});

test('but not one that makes progress between', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => {});
  const count = 12;
  await addFetch(Array.from({ length: count }, (_, index) => requestHead(`/${index}`)));
  let lives = 0;
  let asked = 0;
  const { downloader, stopped } = createDownloader(
    () => {
      asked += 1;
      return asked > 1 ? new Error('a slip') : { body: 'good' };
    },
    { slots: new Slots({ total: 1, perOrigin: 1 }) },
  );
  while (lives < count) {
    lives += 1;
    asked = 0;
    await downloader.wake();
    await until(() => stopped.length === lives);
  }
  expect(await storedFetch()).toMatchObject({ state: 'settled', result: 'success' });
});

test('who waits for another try goes on at once when the person says so', async () => {
  await addFetch();
  const script: Script = (request, count) =>
    count === 1 ? { status: 503, headers: [['Retry-After', '3600']] } : good(request);
  const { downloader, requests, stopped } = createDownloader(script);
  const before = Date.now();
  await downloader.wake();
  await until(() => requests.length === 1);
  await vi.waitUntil(() => {
    downloader.tryNow('key');
    return stopped.length === 1 || requests.length === 2;
  });
  await until(() => stopped.length === 1);
  expect(Date.now() - before).toBeLessThan(3_600_000);
  expect((await storedFetch()).result).toBe('success');
});

/** Lets little time pass, and everything happen that is due. */
const soon = () => vi.advanceTimersByTimeAsync(100);

test('what became due while the machine slept goes on when it is woken: timers stood still', async () => {
  await addFetch();
  const { downloader, requests, stopped } = createDownloader((request, count) =>
    count === 1 ? { status: 503, headers: [['Retry-After', '3600']] } : good(request),
  );
  await downloader.wake();
  await until(() => requests.length === 1);
  await soon();
  await downloader.wake();
  await soon();
  expect(requests).toHaveLength(1);
  vi.setSystemTime(Date.now() + 3_600_000);
  await downloader.wake();
  await soon();
  expect(requests).toHaveLength(2);
  await until(() => stopped.length === 1);
});

test('with the line back, what failed without it is tried at once, but no server that asked for patience', async () => {
  await addFetch([requestHead('/lost'), requestHead('/patient')]);
  const { downloader, requests, stopped } = createDownloader((request, count) => {
    if (count > 2) return good(request);
    const patient: Reply = { status: 503, headers: [['Retry-After', '3600']] };
    return request.head.url.endsWith('/lost') ? 'network error' : patient;
  });
  await downloader.wake();
  await until(() => requests.length === 2);
  await soon();
  downloader.tryOverNewLine();
  await soon();
  expect(requests.slice(2).map(({ head }) => head.url)).toEqual(['https://site.example/lost']);
  downloader.tryNow('key');
  await until(() => stopped.length === 1);
});

test('50 downloads of 20 sites: within the limits, each site in turn, all to their end', async () => {
  const sites = Array.from({ length: 20 }, (_, index) => `https://site-${index}.example`);
  for (let index = 0; index < 50; index += 1) {
    const origin = sites[index % sites.length] ?? '';
    const requests = Array.from({ length: 4 }, (_, part) =>
      requestHead('/', { url: `${origin}/${index}-${part}` }),
    );
    await addFetch(requests, { key: `key-${index}`, id: `id-${index}`, origin, scope: `${origin}/` });
  }
  const { downloader, surroundings, requests, stopped } = createDownloader(({ head }) => ({
    body: head.url,
  }));
  const running: string[] = [];
  const most = { total: 0, perOrigin: 0 };
  const { slots, sameOriginRequest } = surroundings;
  // Nothing is answered until all have asked, so that they do compete.
  const allAsked = Promise.withResolvers<void>();
  let asked = 0;
  surroundings.sameOriginRequest = async (outgoing) => {
    await allAsked.promise;
    return sameOriginRequest(outgoing);
  };
  const acquire = slots.acquire.bind(slots);
  vi.spyOn(slots, 'acquire').mockImplementation(async (origin, signal) => {
    asked += 1;
    if (asked === 200) allAsked.resolve();
    const release = await acquire(origin, signal);
    running.push(origin);
    most.total = Math.max(most.total, running.length);
    most.perOrigin = Math.max(most.perOrigin, running.filter((each) => each === origin).length);
    return () => {
      running.splice(running.indexOf(origin), 1);
      release();
    };
  });
  await downloader.wake();
  await until(() => stopped.length === 50);
  expect(most.total).toBe(6);
  expect(most.perOrigin).toBeLessThanOrEqual(4);
  const order = requests.map(({ head }) => new URL(head.url).origin);
  expect(order).toHaveLength(200);
  expect(new Set(order.slice(0, 40)).size).toBe(20);
  const rows = await db.backgroundFetches.toArray();
  expect(rows.every(({ state, result }) => state === 'settled' && result === 'success')).toBe(true);
});

test('changes are reported at once, then at most once an interval, and the last is not forgotten', () => {
  const reported: string[] = [];
  reportChanges((key) => reported.push(key), 100);
  announceChange('a');
  announceChange('a');
  announceChange('b');
  announceChange('a');
  expect(reported).toEqual(['a', 'b']);
  vi.advanceTimersByTime(100);
  expect(reported).toEqual(['a', 'b', 'a']);
  vi.advanceTimersByTime(1000);
  expect(reported).toEqual(['a', 'b', 'a']);
  announceChange('a');
  expect(reported).toEqual(['a', 'b', 'a', 'a']);
});
