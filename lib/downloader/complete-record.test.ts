import 'fake-indexeddb/auto';
import * as fc from 'fast-check';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { HostFrameRefused } from '../host-frame/host-frame-refused.ts';
import type { RequestHead } from '../protocol/wire.ts';
import { db } from '../store/database.ts';
import { OWN_ROW_BYTES } from '../store/schema.ts';
import { emptyDatabase, requestHead, storedRecord } from '../store/testing/rows.ts';
import { MAX_TRIES } from './retry.ts';
import { addFetch, passTime, perform, setUp, startJob } from './testing/perform.ts';
import { type Reply, type Script, scriptedSurroundings, serve } from './testing/scripted-server.ts';

const BODY = 'The quick brown fox jumps over the lazy dog.';
const OTHER = 'Sphinx of black quartz, judge my vow. 0123456';
const CROSS_ORIGIN = requestHead('https://cdn.example/body');

beforeEach(setUp);

/** Does these one after the other, the last for ever. */
function inTurn(...scripts: Script[]): Script {
  return (request, count) => {
    const script = scripts[Math.min(count, scripts.length) - 1];
    if (!script) throw new Error('No script.');
    return script(request, count);
  };
}

/** The same reply, with these changes. */
function but(script: (request: Parameters<Script>[0]) => Reply, change: Partial<Reply>): Script {
  return (request) => ({ ...script(request), ...change });
}

const good = serve(BODY);
const unversioned = (): Reply => ({ body: BODY, headers: [['Content-Length', String(BODY.length)]] });

describe('a response that comes whole', () => {
  test('is stored with its head, and is a success', async () => {
    const { fetch, record, body, requests, openResponses } = await perform(good);
    expect(body).toBe(BODY);
    expect(record).toMatchObject({ result: 'success', response: { status: 200, type: 'basic' } });
    expect(fetch).toMatchObject({ state: 'settled', result: 'success', downloaded: BODY.length });
    expect(requests).toHaveLength(1);
    expect(openResponses()).toBe(0);
  });

  test('may be empty', async () => {
    expect((await perform(() => ({ status: 204 }))).record).toMatchObject({
      result: 'success',
      storedBytes: 0,
    });
  });

  test('of HEAD has a length without a body', async () => {
    const script = () => ({ headers: [['Content-Length', '99']] }) satisfies Reply;
    const { record } = await perform(script, { requests: [requestHead('/', { method: 'HEAD' })] });
    expect(record.result).toBe('success');
  });

  test.each([404, 403, 301, 501])('with status %d is a bad status', async (status) => {
    const { fetch, record, requests } = await perform(() => ({ status, body: 'sorry' }));
    expect(record).toMatchObject({ result: 'bad-status', response: { status } });
    expect(fetch).toMatchObject({ result: 'failure', failureReason: 'bad-status' });
    expect(requests).toHaveLength(1);
  });

  test('with status 304 has the length of a body that does not come', async () => {
    const { record, requests } = await perform(() => ({ status: 304, headers: [['Content-Length', '99']] }));
    expect(record.result).toBe('bad-status');
    expect(requests).toHaveLength(1);
  });

  test('is longer than announced where it was compressed, which across origins is hidden', async () => {
    const script = (): Reply => ({ type: 'cors', body: BODY, headers: [['Content-Length', '9']] });
    const { record, body, requests } = await perform(script, { requests: [CROSS_ORIGIN] });
    expect([record.result, body, requests.length]).toEqual(['success', BODY, 1]);
  });
});

describe('when the line breaks', () => {
  test('the rest is asked for, of the same version', async () => {
    const { record, body, requests } = await perform(inTurn(but(good, { dropAfter: 10 }), good));
    expect([record.result, record.generation, body]).toEqual(['success', 0, BODY]);
    expect(requests[0]?.range).toBeNull();
    expect(requests[1]?.range).toBe('bytes=10-');
    expect(requests[1]?.head.headers).toContainEqual(['if-range', '"1"']);
  });

  test.each([0, 1, 43, 44])('after %d bytes, the body is whole in the end', async (dropAfter) => {
    const { record, body } = await perform(inTurn(but(good, { dropAfter }), good));
    expect([record.result, body]).toEqual(['success', BODY]);
  });

  test('again and again, every byte that comes counts: it may break as often as it likes', async () => {
    const { record, body, requests } = await perform(but(good, { dropAfter: 2 }));
    expect([record.result, body]).toEqual(['success', BODY]);
    expect(requests.length).toBeGreaterThan(2 * MAX_TRIES);
  });

  test.each<[string, Script]>([
    ['has no version', unversioned],
    ['is compressed', serve(BODY, { headers: [['Content-Encoding', 'gzip']] })],
    ['has a weak version', serve(BODY, { etag: 'W/"1"' })],
  ])('a body that %s starts again from zero', async (_, script) => {
    const dropping: Script = (request, count) => ({ ...(script(request, count) as Reply), dropAfter: 10 });
    const { record, body, requests } = await perform(inTurn(dropping, script));
    expect([record.result, record.generation, body]).toEqual(['success', 1, BODY]);
    expect(requests[1]?.range).toBeNull();
  });

  test('every time before a body without version is there, it fails after some tries', async () => {
    const { record, requests } = await perform(but(unversioned, { dropAfter: 10 }));
    expect(record.result).toBe('fetch-error');
    expect(requests).toHaveLength(MAX_TRIES);
  });

  test('and no byte comes any more, it fails after some tries', async () => {
    const { fetch, record, requests } = await perform(
      inTurn(but(good, { dropAfter: 10 }), () => 'network error'),
    );
    expect(record.result).toBe('fetch-error');
    expect(fetch.failureReason).toBe('fetch-error');
    expect(requests).toHaveLength(1 + MAX_TRIES - 1);
  });

  test('a site that was never reached across origins is given up sooner: most likely CORS refuses', async () => {
    const { record, requests } = await perform(() => 'network error', { requests: [CROSS_ORIGIN] });
    expect(record.result).toBe('fetch-error');
    expect(requests).toHaveLength(3);
  });

  test('it waits longer before every try', async () => {
    const times: number[] = [];
    await perform(() => {
      times.push(Date.now());
      return 'network error';
    });
    const waits = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(waits[0]).toBeGreaterThanOrEqual(250);
    expect(waits.at(-1)).toBeGreaterThanOrEqual(16_000);
  });

  test('a request that is no GET is not made twice', async () => {
    const requests = [requestHead('/upload', { method: 'POST' })];
    const seen = await perform(() => 'network error', { requests });
    expect([seen.record.result, seen.requests.length]).toEqual(['fetch-error', 1]);
  });

  test('together with the browser, a request that is no GET is not made again: the server may have acted on it', async () => {
    const row = await addFetch([requestHead('/upload', { method: 'POST' })]);
    await db.records.update(['key', 0], { sent: true });
    const server = scriptedSurroundings(good);
    await passTime(startJob(row, server.surroundings).done);
    expect(server.requests).toEqual([]);
    expect((await storedRecord()).result).toBe('fetch-error');
  });

  test('after a request that is no GET was made, that is known to the next life', async () => {
    const seen: boolean[] = [];
    await perform(
      () => {
        void storedRecord().then(({ sent }) => seen.push(sent));
        return { body: BODY };
      },
      { requests: [requestHead('/upload', { method: 'POST' })] },
    );
    expect(seen).toEqual([true]);
  });

  test('because there is none, it waits for one, and that is no try', async () => {
    const connection = { onLine: true };
    const listeners: (() => void)[] = [];
    vi.stubGlobal('navigator', connection);
    vi.stubGlobal('addEventListener', (_: string, listener: () => void) => listeners.push(listener));
    vi.stubGlobal('removeEventListener', vi.fn());
    const script = inTurn(
      but(good, { dropAfter: 10 }),
      () => {
        connection.onLine = false;
        return 'network error';
      },
      good,
    );
    const server = scriptedSurroundings(script);
    const performed = startJob(await addFetch(), server.surroundings).done;
    const done = passTime(performed);
    await vi.waitUntil(() => listeners.length > 0);
    expect(server.requests).toHaveLength(2);
    expect((await storedRecord()).failedTries).toBe(1);
    connection.onLine = true;
    for (const listener of listeners) listener();
    await done;
    expect(await storedRecord()).toMatchObject({ result: 'success', failedTries: 0 });
  });
});

describe('a body that is fetched again from zero', () => {
  test('passes by the browser’s cache, which would continue the old start', async () => {
    const script = inTurn(but(unversioned, { dropAfter: 10 }), unversioned);
    const { requests, body } = await perform(script);
    expect(requests.map(({ head }) => head.cache)).toEqual(['default', 'reload']);
    expect(body).toBe(BODY);
  });

  test('comes with its own head, also where only a head came before', async () => {
    const script = inTurn(but(serve(OTHER), { dropAfter: 0 }), serve(BODY, { etag: '"2"' }));
    const { record, body } = await perform(script);
    expect(record.response?.headers).toContainEqual(['ETag', '"2"']);
    expect(body).toBe(BODY);
  });
});

describe('when the answer to a range is', () => {
  const dropped = but(good, { dropAfter: 10 });
  const range = (value: string, etag = '"1"'): Script => {
    const reply: Reply = { status: 206, body: OTHER, headers: [['ETag', etag]] };
    return () => ({ ...reply, headers: [...(reply.headers ?? []), ['Content-Range', value]] });
  };

  test.each<[string, Script]>([
    ['the whole of another version', serve(OTHER, { etag: '"2"' })],
    ['the whole, by a server that knows no ranges', () => ({ body: OTHER })],
    ['another range', inTurn(range('bytes 5-43/44'), serve(OTHER))],
    ['a range of another version', inTurn(range('bytes 10-43/44', '"2"'), serve(OTHER))],
    ['a range of another length', inTurn(range('bytes 10-44/45'), serve(OTHER))],
    ['no range', inTurn(range(''), serve(OTHER))],
    [
      '416 with another length',
      inTurn(() => ({ status: 416, headers: [['Content-Range', 'bytes */5']] }), serve(OTHER)),
    ],
    ['416', inTurn(() => ({ status: 416 }), serve(OTHER))],
  ])('%s, the body is of one version', async (_, then) => {
    let first = true;
    const seen = await perform((request, count) => {
      if (!first) return then(request, count - 1);
      first = false;
      return dropped(request, count);
    });
    expect([seen.record.result, seen.body]).toEqual(['success', OTHER]);
    expect(seen.record.generation).toBe(1);
    expect(seen.openResponses()).toBe(0);
  });

  test('416 at the end of what is there, nothing was missing', async () => {
    const { record, body, requests } = await perform(inTurn(but(good, { dropAfter: BODY.length }), good));
    expect([record.result, record.generation, body]).toEqual(['success', 0, BODY]);
    expect(requests[1]?.range).toBe(`bytes=${BODY.length}-`);
  });

  test('416 at the end of a shorter version, what is there is not taken for the whole', async () => {
    const shorter = serve(OTHER.slice(0, 10), { etag: '"2"' });
    const { record, body } = await perform(inTurn(dropped, shorter), { requests: [CROSS_ORIGIN] });
    expect([record.result, body]).toEqual(['success', OTHER.slice(0, 10)]);
  });

  test('a range without the complete length, the first response told it', async () => {
    const rest: Reply = {
      status: 206,
      body: BODY.slice(10),
      headers: [
        ['ETag', '"1"'],
        ['Content-Range', 'bytes 10-43/*'],
      ],
    };
    const { record, body } = await perform(inTurn(dropped, () => rest));
    expect([record.result, record.generation, body]).toEqual(['success', 0, BODY]);
  });

  test('less than what is missing, the rest is asked for', async () => {
    const { record, body, requests } = await perform((request, count) =>
      count === 1
        ? dropped(request, count)
        : good({ ...request, range: `${request.range}${Number(request.range?.slice(6, -1)) + 4}` }),
    );
    expect([record.result, body]).toEqual(['success', BODY]);
    expect(requests.map((each) => each.range)).toEqual([
      null,
      'bytes=10-',
      ...[15, 20, 25, 30, 35, 40].map((n) => `bytes=${n}-`),
    ]);
  });

  test('more than it says itself, none of it is kept', async () => {
    const lie: Reply = {
      status: 206,
      body: 'lies, lies, lies',
      headers: [
        ['ETag', '"1"'],
        ['Content-Range', 'bytes 10-13/44'],
      ],
    };
    const { record, body } = await perform(inTurn(dropped, () => lie, good));
    expect([record.result, body]).toEqual(['success', BODY]);
  });

  test('compressed, which no part of the stored can be continued with, the body starts again', async () => {
    const coded = but(good, {
      headers: [
        ['ETag', '"1"'],
        ['Content-Encoding', 'gzip'],
        ['Content-Range', 'bytes 10-43/44'],
      ],
    });
    const { record, body, requests } = await perform(inTurn(dropped, coded, good));
    expect([record.result, record.generation, body]).toEqual(['success', 1, BODY]);
    expect(requests.map((each) => each.range)).toEqual([null, 'bytes=10-', null]);
  });

  test.each<[string, Script]>([
    ['breaks before its first byte', but(good, { type: 'cors', dropAfter: 0 })],
    ['does not come', () => 'network error'],
  ])(
    'one that %s, each time, as when it is coded and that is hidden, the body comes from zero',
    async (_, part) => {
      const { record, body, requests } = await perform(
        (request, count) => {
          if (request.range) return part(request, count);
          return but(good, { type: 'cors', ...(count === 1 && { dropAfter: 10 }) })(request, count);
        },
        { requests: [CROSS_ORIGIN] },
      );
      expect([record.result, record.generation, body]).toEqual(['success', 1, BODY]);
      expect(requests).toHaveLength(MAX_TRIES + 1);
    },
  );

  test('none any more, also the body from zero, it fails after some tries', async () => {
    const dropping = but(good, { type: 'cors', dropAfter: 10 });
    const { record, requests } = await perform(
      (request, count) => (request.range ? 'network error' : dropping(request, count)),
      { requests: [CROSS_ORIGIN] },
    );
    expect(record.result).toBe('fetch-error');
    expect(requests.length).toBeLessThanOrEqual(2 * MAX_TRIES);
  });

  test('a range of a body whose length nobody tells, it comes from zero', async () => {
    const unknown = but(good, { headers: [['ETag', '"1"']] });
    const { record, body, requests } = await perform((request, count) => {
      if (request.range) return range('bytes 10-43/*')(request, count);
      return count === 1 ? { ...(unknown(request, count) as Reply), dropAfter: 10 } : unknown(request, count);
    });
    expect([record.result, record.generation, body]).toEqual(['success', 1, BODY]);
    expect(requests).toHaveLength(3);
  });

  test('the whole and a part in turn, and every one breaks, it fails after some tries', async () => {
    const { record, requests } = await perform((request, count) =>
      but(good, { dropAfter: 5 })(count % 2 === 0 ? request : { ...request, range: null }, count),
    );
    expect(record.result).toBe('fetch-error');
    expect(requests.length).toBeLessThanOrEqual(4 * MAX_TRIES);
  });

  test('nonsense for ever, it fails after some tries', async () => {
    let drop = true;
    const { record, requests } = await perform((request, count) => {
      drop = request.range === null;
      return drop ? dropped(request, count) : range('bytes 0-1/2')(request, count);
    });
    expect(record.result).toBe('fetch-error');
    expect(requests.length).toBeLessThanOrEqual(4 * MAX_TRIES);
  });
});

describe('a body that is not as long as announced', () => {
  test('is asked for again, from zero where it has no version', async () => {
    const short: Script = () => ({ ...unversioned(), body: BODY.slice(0, 20) });
    const { record, body } = await perform(inTurn(short, unversioned));
    expect([record.result, record.generation, body]).toEqual(['success', 1, BODY]);
  });

  test('fails after some tries', async () => {
    const { record, requests } = await perform(() => ({ ...unversioned(), body: BODY.slice(0, 20) }));
    expect(record.result).toBe('fetch-error');
    expect(requests).toHaveLength(MAX_TRIES);
  });
});

describe('a server in trouble', () => {
  test('is asked again, when it says', async () => {
    const times: number[] = [];
    const { record, body } = await perform((request, count) => {
      times.push(Date.now());
      return count === 1 ? { status: 503, headers: [['Retry-After', '30']], body: 'busy' } : good(request);
    });
    expect([record.result, body]).toEqual(['success', BODY]);
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(30_000);
  });

  test.each(['0', new Date(0).toUTCString()])(
    'is left in peace all the same when it says %s',
    async (now) => {
      const times: number[] = [];
      await perform(() => {
        times.push(Date.now());
        return { status: 503, headers: [['Retry-After', now]] };
      });
      const waits = times.slice(1).map((time, index) => time - (times[index] ?? 0));
      expect(waits).toHaveLength(MAX_TRIES - 1);
      expect(waits[0]).toBeGreaterThanOrEqual(500);
      expect(waits.at(-1)).toBeGreaterThanOrEqual(30_000);
    },
  );

  test('for good gives a bad status, with what it said', async () => {
    const { record, body, requests } = await perform(() => ({ status: 500, body: 'sorry' }));
    expect(record).toMatchObject({ result: 'bad-status', response: { status: 500 } });
    expect([body, requests.length]).toEqual(['sorry', MAX_TRIES]);
  });

  test('is not asked twice for what is no GET', async () => {
    const requests = [requestHead('/upload', { method: 'PUT' })];
    const seen = await perform(() => ({ status: 503 }), { requests });
    expect([seen.record.result, seen.requests.length]).toEqual(['bad-status', 1]);
  });

  test('in the middle loses nothing of what is there', async () => {
    const { record, body } = await perform(
      inTurn(but(good, { dropAfter: 10 }), () => ({ status: 502, body: 'no' }), good),
    );
    expect([record.result, record.generation, body]).toEqual(['success', 0, BODY]);
  });
});

describe('who makes a request', () => {
  test('across origins, the site: the browser has to ask for CORS', async () => {
    const { requests } = await perform(good, { requests: [CROSS_ORIGIN] });
    expect(requests.map(({ by }) => by)).toEqual(['site']);
  });

  test.each([
    requestHead('/body', { method: 'POST' }),
    requestHead('/body', { integrity: 'sha256-x' }),
    requestHead('http://site.example/body'),
    requestHead('https://site.example:8443/body'),
  ])('%j is made as the site', async (request) => {
    expect((await perform(() => ({}), { requests: [request] })).requests.map(({ by }) => by)).toEqual([
      'site',
    ]);
  });

  test('a redirect from the site makes it the site, for good', async () => {
    const script: Script = (request) =>
      request.by === 'extension' ? 'redirect' : but(good, request.range ? {} : { dropAfter: 10 })(request, 0);
    const { record, body, requests } = await perform(script);
    expect([record.result, body]).toEqual(['success', BODY]);
    expect(requests.map(({ by }) => by)).toEqual(['extension', 'site', 'site']);
  });

  test('a redirect where the request forbids it is a network error', async () => {
    const { record } = await perform(() => 'redirect', {
      requests: [requestHead('/body', { redirect: 'error' })],
    });
    expect(record.result).toBe('fetch-error');
  });

  test('as the site, no If-Range is sent, which would need a preflight', async () => {
    const { record, body, requests } = await perform(inTurn(but(good, { dropAfter: 10 }), good), {
      requests: [CROSS_ORIGIN],
    });
    expect([record.result, body]).toEqual(['success', BODY]);
    expect(requests[1]?.head.headers).toEqual([['range', 'bytes=10-']]);
  });
});

describe('a site that asks for a range itself', () => {
  const requests = [requestHead('/body', { headers: [['Range', 'bytes=0-']] })];

  test('gets it where it is the whole', async () => {
    const { record, body } = await perform(good, { requests });
    expect([record.result, body]).toEqual(['success', BODY]);
  });

  test('gets an error where it is a part, and the server is not asked for ever', async () => {
    const part = [requestHead('/body', { headers: [['Range', 'bytes=0-9']] })];
    const seen = await perform(good, { requests: part });
    expect(seen.record.result).toBe('fetch-error');
    expect(seen.requests.length).toBeLessThanOrEqual(MAX_TRIES);
  });

  test('gets no other range added to its own', async () => {
    const seen = await perform(inTurn(but(good, { dropAfter: 10 }), good), { requests });
    expect([seen.record.result, seen.body]).toEqual(['success', BODY]);
    expect(seen.requests.map(({ range }) => range)).toEqual(['bytes=0-', 'bytes=0-']);
  });
});

describe('a body longer than may be read at once', () => {
  const segmentBytes = 10;

  test('is fetched in ranges', async () => {
    const { record, body, requests, openResponses } = await perform(good, { segmentBytes });
    expect([record.result, record.generation, body]).toEqual(['success', 0, BODY]);
    const [first, ...rest] = requests;
    expect(first?.range).toBeNull();
    expect(rest.map(({ range }) => range)).toEqual(['bytes=14-23', 'bytes=24-33', 'bytes=34-43']);
    expect(openResponses()).toBe(0);
  });

  test('is fetched in ranges also when the line broke early', async () => {
    const { record, body, requests } = await perform(inTurn(but(good, { dropAfter: 0 }), good), {
      segmentBytes,
    });
    expect([record.result, record.generation, body]).toEqual(['success', 1, BODY]);
    expect(requests.map(({ range }) => range)).toEqual([
      null,
      null,
      'bytes=14-23',
      'bytes=24-33',
      'bytes=34-43',
    ]);
  });

  test.each<[string, Reply]>([
    [
      'takes no ranges',
      {
        headers: [
          ['ETag', '"1"'],
          ['Content-Length', '44'],
        ],
        body: BODY,
      },
    ],
    [
      'has no version',
      {
        headers: [
          ['Accept-Ranges', 'bytes'],
          ['Content-Length', '44'],
        ],
        body: BODY,
      },
    ],
    [
      'has no length',
      {
        headers: [
          ['ETag', '"1"'],
          ['Accept-Ranges', 'bytes'],
        ],
        body: BODY,
      },
    ],
  ])('comes whole from a server that %s', async (_, reply) => {
    const { record, body, requests } = await perform(() => reply, { segmentBytes });
    expect([record.result, body, requests.length]).toEqual(['success', BODY, 1]);
  });

  test('is broken off where the disk keeps it waiting, for what comes meanwhile would pile up in memory', async () => {
    const long = 'x'.repeat(2 * OWN_ROW_BYTES);
    const { surroundings, requests, openResponses } = scriptedSurroundings(
      but(serve(long), { chunk: OWN_ROW_BYTES / 8 }),
      { segmentBytes: long.length - 1 },
    );
    const disk = Promise.withResolvers<void>();
    const { openFile } = surroundings;
    surroundings.openFile = (key) => {
      const file = openFile(key);
      return { ...file, append: (bytes) => disk.promise.then(() => file.append(bytes)) };
    };
    const { done } = startJob(await addFetch(), surroundings);
    await vi.waitFor(() => expect(openResponses()).toBe(1));
    await vi.advanceTimersByTimeAsync(1000);
    expect([requests.length, openResponses()]).toEqual([1, 0]);
    disk.resolve();
    await passTime(done);
    const { result, storedBytes } = await storedRecord();
    expect([result, storedBytes]).toEqual(['success', long.length]);
    expect(requests[1]?.range).toMatch(/^bytes=[1-9]/);
  });

  test('comes whole from a server whose ranges turn out to be wrong', async () => {
    const wrong: Reply = {
      status: 206,
      headers: [['Content-Range', 'bytes 0-9/44']],
      body: BODY.slice(0, 10),
    };
    const { record, body, requests } = await perform((request) => (request.range ? wrong : good(request)), {
      segmentBytes,
    });
    expect([record.result, body]).toEqual(['success', BODY]);
    expect(requests.map(({ range }) => range)).toEqual([null, 'bytes=14-23', null]);
  });

  test('comes whole from a server whose versions differ from one request to the next', async () => {
    let version = 0;
    const script: Script = (request) => {
      version += 1;
      return serve(BODY, { etag: `"${version}"` })(request);
    };
    const { record, body, requests } = await perform(script, { segmentBytes, requests: [CROSS_ORIGIN] });
    expect([record.result, body]).toEqual(['success', BODY]);
    expect(requests.length).toBeLessThan(5);
  });
});

test('whatever a server does, a success is one version, whole, and every record comes to its end', async () => {
  const versions = [BODY, OTHER, BODY.slice(0, 20)];
  const fault = fc.record({
    version: fc.nat(2),
    etag: fc.constantFrom('own', 'none', 'weak'),
    length: fc.boolean(),
    ranges: fc.constantFrom('good', 'ignored', 'shifted', '416', 'short'),
    dropAfter: fc.option(fc.constantFrom(0, 5, 10, 19, 20, 43, 44), { freq: 2 }),
    trouble: fc.constantFrom(null, null, null, null, 'network error' as const, 503),
  });
  await fc.assert(
    fc
      .asyncProperty(
        fc.array(fault, { minLength: 1, maxLength: 8 }),
        fc.constantFrom(10, Number.POSITIVE_INFINITY),
        fc.boolean(),
        async (faults, segmentBytes, crossOrigin) => {
          const script: Script = (request, count): Reply | 'network error' => {
            const now = faults[Math.min(count, faults.length) - 1];
            if (!now || now.trouble === 'network error') return 'network error';
            if (now.trouble) return { status: now.trouble };
            const body = versions[now.version] ?? BODY;
            const etag = { own: `"${now.version}"`, none: null, weak: `W/"${now.version}"` }[now.etag];
            const reply = serve(body, { etag: etag ?? '' })(
              now.ranges === 'ignored' ? { ...request, range: null } : request,
            );
            const headers = (reply.headers ?? [])
              .filter(
                ([name]) => (name !== 'ETag' || etag !== null) && (name !== 'Content-Length' || now.length),
              )
              .map(([name, value]): [string, string] => [
                name,
                name === 'Content-Range' && now.ranges === 'shifted' ? value.replace(/\d+-/, '3-') : value,
              ]);
            if (request.range && now.ranges === '416') return { status: 416 };
            const shortened =
              now.ranges === 'short' && reply.status === 206 ? reply.body?.slice(0, 2) : reply.body;
            return {
              ...reply,
              headers,
              ...(shortened !== undefined && { body: shortened }),
              ...(now.dropAfter !== null && { dropAfter: now.dropAfter }),
            };
          };
          const requests = crossOrigin ? [CROSS_ORIGIN] : [requestHead('/body')];
          const { fetch, record, body, openResponses } = await perform(script, { segmentBytes, requests });
          expect(fetch.state).toBe('settled');
          expect(openResponses()).toBe(0);
          if (record.result === 'success') expect(versions).toContain(body);
          else expect(['fetch-error', 'bad-status']).toContain(record.result);
          expect(fetch.downloaded).toBe(body.length);
        },
      )
      .beforeEach(emptyDatabase),
    { numRuns: 60 },
  );
}, 20_000);

describe('a connection that says nothing any more', () => {
  test('is given up, and the body is continued over another', async () => {
    const stalls = but(good, { dropAfter: 10, stall: true });
    const { body, record, requests, openResponses } = await perform(inTurn(stalls, good));
    expect(record.result).toBe('success');
    expect(body).toBe(BODY);
    expect(requests).toHaveLength(2);
    expect(requests[1]?.head.headers).toContainEqual(['range', 'bytes=10-']);
    expect(openResponses()).toBe(0);
  });

  test.each<[string, Script, RequestHead]>([
    ['before its answer', () => 'silence', requestHead('/body')],
    ['before its answer to the site', () => 'silence', CROSS_ORIGIN],
    ['in a body without ranges', but(unversioned, { dropAfter: 10, stall: true }), requestHead('/body')],
  ])('%s is given up later, and the request made again', async (_, silent, request) => {
    const before = Date.now();
    const { body, record, requests, openResponses } = await perform(inTurn(silent, unversioned), {
      requests: [request],
    });
    expect([record.result, body, requests.length]).toEqual(['success', BODY, 2]);
    expect(Date.now() - before).toBeGreaterThan(4 * 60_000);
    expect(openResponses()).toBe(0);
  });

  test('in the answer to an upload is given up, and the upload not made again', async () => {
    const { record, requests } = await perform(but(unversioned, { dropAfter: 10, stall: true }), {
      requests: [requestHead('/upload', { method: 'POST' })],
    });
    expect([record.result, requests.length]).toEqual(['fetch-error', 1]);
  });

  test.each([
    ['an upload is on its way', requestHead('/upload', { method: 'POST' })],
    ['the browser checks the whole of an answer', requestHead('/body', { integrity: 'sha256-x' })],
  ])('is waited for while %s', async (_, request) => {
    const { surroundings } = scriptedSurroundings(good);
    const slow = {
      ...surroundings,
      async siteRequest(...made: Parameters<typeof surroundings.siteRequest>) {
        await new Promise<void>((resolve) => setTimeout(resolve, 3_600_000));
        return surroundings.siteRequest(...made);
      },
    };
    await passTime(startJob(await addFetch([request]), slow).done);
    expect((await storedRecord()).result).toBe('success');
  });
});

test('a site that can not be opened says nothing of another server: it is asked as often as an answering one', async () => {
  let tries = 0;
  const { surroundings } = scriptedSurroundings(good);
  const row = await addFetch([CROSS_ORIGIN]);
  const refusing = {
    ...surroundings,
    siteRequest: () => {
      tries += 1;
      return Promise.reject(new HostFrameRefused('The site is down.'));
    },
  };
  await passTime(startJob(row, refusing).done);
  expect((await storedRecord()).result).toBe('fetch-error');
  expect(tries).toBe(MAX_TRIES);
});

test('an upload of which nothing went out, because its site could not be opened, is made when it can be', async () => {
  const row = await addFetch([requestHead('/upload', { method: 'POST' })], { pausable: false });
  const { surroundings, requests } = scriptedSurroundings(good);
  let opened = 0;
  const refusingOnce = {
    ...surroundings,
    siteRequest: (...request: Parameters<typeof surroundings.siteRequest>) => {
      opened += 1;
      if (opened === 1) return Promise.reject(new HostFrameRefused('The site is down.'));
      return surroundings.siteRequest(...request);
    },
  };
  await passTime(startJob(row, refusingOnce).done);
  expect(await storedRecord()).toMatchObject({ result: 'success', sent: true });
  expect(requests).toHaveLength(1);
});
