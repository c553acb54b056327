import 'fake-indexeddb/auto';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ArgumentOf, SiteCalls } from '../protocol/calls.ts';
import { CallFailure } from '../protocol/rpc.ts';
import type { RecordResponse } from '../protocol/wire.ts';
import { beginDelivery, commit, finishDelivery } from '../store/background-fetches.ts';
import { announceChange } from '../store/changes.ts';
import { db } from '../store/database.ts';
import { emptyDatabase, ORIGIN, requestHead, responseHead, storedFetch } from '../store/testing/rows.ts';
import { openDoor } from './door.ts';
import type { Site } from './site.ts';

const SITE = { origin: ORIGIN, otherIdentity: false, thirdParty: false, unseen: false };
const SCOPE = `${ORIGIN}/`;
const NO_FLAGS = { ignoreSearch: false, ignoreMethod: false, ignoreVary: false };

beforeEach(async () => {
  await emptyDatabase();
  vi.stubGlobal('navigator', { storage: { estimate: async () => ({ quota: 1000, usage: 400 }) } });
});
afterEach(() => vi.unstubAllGlobals());

/** A door for this site, with what it set going. */
function enter(site: Partial<Site> = {}) {
  const changed = vi.fn(async () => {});
  const seen = vi.fn();
  const gone = new AbortController();
  const door = openDoor({ ...SITE, ...site }, { changed, seen, gone: gone.signal });
  const call = <Name extends keyof SiteCalls>(name: Name, argument: ArgumentOf<SiteCalls, Name>) =>
    door(name, argument) as Promise<SiteCalls[Name]['result']>;
  return { door, call, changed, seen, leave: () => gone.abort() };
}

function fetchArgument(
  changes: Partial<ArgumentOf<SiteCalls, 'fetch'>> = {},
): ArgumentOf<SiteCalls, 'fetch'> {
  return {
    scope: SCOPE,
    isActive: true,
    id: 'id',
    requests: [
      { head: requestHead('/a'), body: null },
      { head: requestHead('/b'), body: null },
    ],
    referrer: `${ORIGIN}/page`,
    downloadTotal: 0,
    ui: {},
    ...changes,
  };
}

const named = (name: string) => expect.objectContaining({ error: expect.objectContaining({ name }) });

/** Gives record 0 a body, and where `result` says so, its end. */
function write(key: string, text: string, result?: 'success' | 'bad-status' | 'fetch-error') {
  const bytes = { parts: [new Blob([text])], size: text.length };
  const change = { response: responseHead(), ...(result && { result }) };
  return commit(key, [{ index: 0, bytes, change }], 0);
}

async function textOf({ pieces }: RecordResponse): Promise<string> {
  return new Blob(pieces).text();
}

describe('fetch', () => {
  test('stores what was asked for, sets the download going and answers with the registration', async () => {
    const { call, changed, seen } = enter();
    const upload = { head: requestHead('/up', { method: 'POST' }), body: new Blob(['12345']) };
    const ui = { title: 'Title', icons: [{ src: 'https://site.example/i.png', sizes: '48x48' }] };
    const snapshot = await call('fetch', fetchArgument({ requests: [upload], downloadTotal: 300, ui }));
    expect(snapshot).toMatchObject({
      id: 'id',
      uploadTotal: 5,
      downloadTotal: 300,
      result: '',
      recordsAvailable: true,
    });
    expect(await storedFetch(snapshot.key)).toMatchObject({
      origin: ORIGIN,
      state: 'active',
      title: 'Title',
      icons: ui.icons,
      pausable: false,
      recordCount: 1,
    });
    expect(changed.mock.calls).toEqual([[snapshot.key]]);
    expect(seen.mock.calls).toEqual([[snapshot.key]]);
  });

  test('one that downloads only can be paused', async () => {
    const { key } = await enter().call('fetch', fetchArgument());
    expect((await storedFetch(key)).pausable).toBe(true);
  });

  test('a scope of another origin is refused', async () => {
    const foreign = fetchArgument({ scope: 'https://other.example/' });
    await expect(enter().call('fetch', foreign)).rejects.toEqual(named('TypeError'));
    expect(await db.backgroundFetches.count()).toBe(0);
  });

  test.each([{ otherIdentity: true }, { thirdParty: true }])('%j is refused', async (site) => {
    await expect(enter(site).call('fetch', fetchArgument())).rejects.toEqual(named('NotAllowedError'));
    expect(await db.backgroundFetches.count()).toBe(0);
  });

  test('what the person said about the site holds', async () => {
    await db.sites.put({ origin: ORIGIN, permission: 'block' });
    await expect(enter().call('fetch', fetchArgument())).rejects.toEqual(named('NotAllowedError'));
    await db.sites.put({ origin: ORIGIN, permission: 'ask' });
    const { key } = await enter().call('fetch', fetchArgument());
    expect((await storedFetch(key)).state).toBe('pending');
  });

  test('one of a registration without an active worker is refused, after what the person said', async () => {
    const fetch = () => enter().call('fetch', fetchArgument({ isActive: false, downloadTotal: 601 }));
    await expect(fetch()).rejects.toEqual(named('TypeError'));
    await db.sites.put({ origin: ORIGIN, permission: 'block' });
    await expect(fetch()).rejects.toEqual(named('NotAllowedError'));
  });

  test('what is refused whatever it asks for is told before, and before what can not be fetched', async () => {
    const { call } = enter();
    const wanted = { scope: SCOPE, isActive: true, id: 'id' };
    const insecure = fetchArgument({
      requests: [{ head: { ...requestHead('/'), url: 'http://x.example/' }, body: null }],
    });
    expect(await call('mayFetch', wanted)).toBeUndefined();
    await expect(call('mayFetch', { ...wanted, isActive: false })).rejects.toEqual(named('TypeError'));
    await expect(call('fetch', insecure)).rejects.toEqual(named('TypeError'));
    await call('fetch', fetchArgument());
    await expect(call('mayFetch', wanted)).rejects.toEqual(named('TypeError'));
    await db.sites.put({ origin: ORIGIN, permission: 'block' });
    await expect(call('mayFetch', wanted)).rejects.toEqual(named('NotAllowedError'));
    await expect(call('fetch', insecure)).rejects.toEqual(named('NotAllowedError'));
    await expect(enter({ thirdParty: true }).call('mayFetch', wanted)).rejects.toEqual(
      named('NotAllowedError'),
    );
  });

  test('one that can not fit is refused, with the sizes', async () => {
    const { call } = enter();
    await expect(call('fetch', fetchArgument({ downloadTotal: 601 }))).rejects.toMatchObject({
      error: { name: 'QuotaExceededError', quota: expect.any(Number), requested: 601 },
    });
    // The requests are stored, too, and find room beside it.
    await call('fetch', fetchArgument({ downloadTotal: 400 }));
  });

  test('that an id is taken is said before that there is no room', async () => {
    const { call } = enter();
    await call('fetch', fetchArgument());
    await expect(call('fetch', fetchArgument({ downloadTotal: 601 }))).rejects.toEqual(named('TypeError'));
  });

  test('an id that is taken is refused', async () => {
    const { call } = enter();
    await call('fetch', fetchArgument());
    await expect(call('fetch', fetchArgument())).rejects.toEqual(named('TypeError'));
  });
});

describe('get, getIds and abort', () => {
  test('answer for what is active', async () => {
    const { call, seen, changed } = enter();
    const { key } = await call('fetch', fetchArgument());
    expect(await call('get', { scope: SCOPE, id: 'id' })).toMatchObject({ key });
    expect(seen).toHaveBeenLastCalledWith(key);
    expect(await call('getIds', { scope: SCOPE })).toEqual(['id']);
    changed.mockClear();
    expect(await call('abort', { key })).toBe(true);
    expect(changed.mock.calls).toEqual([[key]]);
    expect(await call('abort', { key })).toBe(false);
    expect(changed).toHaveBeenCalledTimes(1);
    expect(await call('get', { scope: SCOPE, id: 'id' })).toBeNull();
    expect(await call('getIds', { scope: SCOPE })).toEqual([]);
  });

  test('watch tells of one that has ended, too', async () => {
    const { call, seen } = enter();
    const { key } = await call('fetch', fetchArgument());
    await call('abort', { key });
    seen.mockClear();
    expect(await call('watch', { key })).toMatchObject({ key, result: 'failure', failureReason: 'aborted' });
    expect(seen.mock.calls).toEqual([[key]]);
    expect(await call('watch', { key: 'nobody' })).toBeNull();
  });

  test('a scope of another origin is refused', async () => {
    const scope = 'https://other.example/';
    await expect(enter().call('get', { scope, id: 'id' })).rejects.toEqual(named('TypeError'));
    await expect(enter().call('getIds', { scope })).rejects.toEqual(named('TypeError'));
  });
});

describe('match', () => {
  const all = (key: string) => ({ key, request: null, options: NO_FLAGS, first: false });

  test('gives all records in order, and of those that have ended the bodies', async () => {
    const { call } = enter();
    const { key } = await call('fetch', fetchArgument());
    await write(key, 'body', 'success');
    const records = await call('match', all(key));
    expect(records.map(({ index, request }) => [index, request.url])).toEqual([
      [0, `${ORIGIN}/a`],
      [1, `${ORIGIN}/b`],
    ]);
    const [ended, running] = records.map(({ response }) => response);
    expect(ended && (await textOf(ended))).toBe('body');
    expect(running).toMatchObject({ head: null, result: '', pieces: [] });
  });

  test('finds a request, and stops at the first where one is asked for', async () => {
    const { call } = enter();
    const twice = { head: requestHead('/a'), body: null };
    const { key } = await call('fetch', fetchArgument({ requests: [twice, twice] }));
    const query = { key, request: requestHead('/a'), options: NO_FLAGS };
    expect(await call('match', { ...query, first: false })).toHaveLength(2);
    expect(await call('match', { ...query, first: true })).toHaveLength(1);
    expect(await call('match', { ...query, request: requestHead('/c'), first: true })).toEqual([]);
  });

  test('shows nothing of a response that failed, but the body of one with a bad status', async () => {
    const { call } = enter();
    const failed = await call('fetch', fetchArgument({ id: 'failed' }));
    await write(failed.key, 'half', 'fetch-error');
    const bad = await call('fetch', fetchArgument({ id: 'bad' }));
    await write(bad.key, 'sorry', 'bad-status');
    expect((await call('match', all(failed.key)))[0]?.response).toMatchObject({
      head: null,
      pieces: [],
      result: 'fetch-error',
    });
    expect((await call('match', all(bad.key)))[0]?.response.pieces).toHaveLength(1);
  });

  test('when the records are gone, says so', async () => {
    const { call } = enter();
    const { key } = await call('fetch', fetchArgument());
    await call('abort', { key });
    await beginDelivery(key);
    await finishDelivery(key, 'event');
    await expect(call('match', all(key))).rejects.toEqual(named('InvalidStateError'));
  });
});

describe('read', () => {
  const from = (key: string, offset = 0, generation = 0) => ({
    key,
    index: 0,
    generation,
    offset,
    headKnown: offset > 0,
  });

  test('answers when there is something new, from where the reader is', async () => {
    const { call } = enter();
    const { key } = await call('fetch', fetchArgument());
    const first = call('read', from(key));
    await write(key, 'hello ');
    announceChange(key);
    expect(await first).toMatchObject({ head: { status: 200 }, result: '' });
    let answered = false;
    const second = call('read', from(key, 6)).finally(() => {
      answered = true;
    });
    for (let turn = 0; turn < 5; turn += 1) await db.records.count();
    expect(answered).toBe(false);
    await write(key, 'world', 'success');
    announceChange(key);
    expect(await textOf(await second)).toBe('world');
    expect(await second).toMatchObject({ result: 'success' });
  });

  test('a response that started again is told as another, from its start', async () => {
    const { call } = enter();
    const { key } = await call('fetch', fetchArgument());
    await write(key, 'old');
    await commit(key, [{ index: 0, restart: true, bytes: { parts: [new Blob(['new one'])], size: 7 } }], 0);
    const response = await call('read', from(key, 3));
    expect(response.generation).toBe(1);
    expect(await textOf(response)).toBe('new one');
  });

  test.each([
    ['aborted', 'aborted'],
    ['bad-status', 'fetch-error'],
    ['', 'fetch-error'],
  ] as const)(
    'of one that is over with failure reason "%s" is answered: %s',
    async (failureReason, result) => {
      const { call } = enter();
      const { key } = await call('fetch', fetchArgument());
      // As one that failed, and that the person may have made again: its requests stay.
      await db.backgroundFetches.update(key, { state: 'done', recordsAvailable: false, failureReason });
      expect(await call('read', from(key))).toMatchObject({ head: null, result, pieces: [] });
    },
  );

  test('ends when nobody waits for it any more', async () => {
    const { call, leave } = enter();
    const { key } = await call('fetch', fetchArgument());
    const read = call('read', from(key));
    for (let turn = 0; turn < 5; turn += 1) await db.records.count();
    leave();
    await expect(read).rejects.toEqual(named('InvalidStateError'));
  });

  test('a record that is not there has been aborted', async () => {
    const { call } = enter();
    const { key } = await call('fetch', fetchArgument());
    expect(await call('read', { ...from(key), index: 9 })).toMatchObject({ result: 'aborted', pieces: [] });
    expect(await call('read', from('nobody'))).toMatchObject({ result: 'aborted', pieces: [] });
  });
});

describe('registrations that are cleared', () => {
  const elsewhere = `${ORIGIN}/elsewhere/`;

  test('take their background fetches with them, and leave those of others', async () => {
    const { call, changed } = enter();
    const { key } = await call('fetch', fetchArgument());
    const other = await call('fetch', fetchArgument({ scope: elsewhere }));
    changed.mockClear();
    await call('living', { scopes: [elsewhere], at: Date.now() + 1 });
    expect(await storedFetch(key)).toMatchObject({ state: 'done', recordsAvailable: false, deliveredBy: '' });
    expect((await storedFetch(other.key)).state).toBe('active');
    expect(changed.mock.calls).toEqual([[key]]);
  });

  test('have nothing to do with what began after it was looked', async () => {
    const { call } = enter();
    const at = Date.now();
    const { key } = await call('fetch', fetchArgument());
    await call('living', { scopes: [], at });
    expect((await storedFetch(key)).state).toBe('active');
  });

  test('are of the own site, in its own storage', async () => {
    const { key } = await enter().call('fetch', fetchArgument());
    for (const site of [{ origin: 'https://other.example' }, { thirdParty: true }, { otherIdentity: true }])
      await enter(site).call('living', { scopes: [], at: Date.now() + 1 });
    expect((await storedFetch(key)).state).toBe('active');
  });
});

describe('keys of others', () => {
  test.each<[string, Partial<Site>]>([
    ['another origin', { origin: 'https://other.example' }],
    ['another port', { origin: 'https://site.example:8443' }],
  ])('tell nothing to %s, and do nothing', async (_, site) => {
    const { key } = await enter().call('fetch', fetchArgument());
    await write(key, 'secret', 'success');
    const { call, changed, seen } = enter(site);
    const before = await storedFetch(key);
    expect(await call('abort', { key })).toBe(false);
    expect(await call('watch', { key })).toBeNull();
    await expect(call('match', { key, request: null, options: NO_FLAGS, first: false })).rejects.toEqual(
      named('InvalidStateError'),
    );
    const asked = { key, index: 0, generation: 5, offset: 0, headKnown: false };
    expect(await call('read', asked)).toEqual({ generation: 5, head: null, result: 'aborted', pieces: [] });
    expect(await storedFetch(key)).toEqual(before);
    expect([changed.mock.calls, seen.mock.calls]).toEqual([[], []]);
  });
});

describe('hostile messages', () => {
  const NAMES = ['mayFetch', 'fetch', 'get', 'watch', 'getIds', 'abort', 'match', 'read'] as const;

  test.each(['', 'toString', '__proto__', 'constructor', 'updateUI', 'settled', 'Fetch'])(
    'there is no call "%s"',
    async (name) => {
      await expect(enter().door(name, {})).rejects.toEqual(named('TypeError'));
    },
  );

  test.each<[string, Partial<ArgumentOf<SiteCalls, 'fetch'>> | object]>([
    ['no requests', { requests: [] }],
    [
      'too many requests',
      { requests: Array.from({ length: 20_001 }, () => ({ head: requestHead('/'), body: null })) },
    ],
    ['an endless id', { id: 'x'.repeat(64 * 1024 + 1) }],
    ['a negative size', { downloadTotal: -1 }],
    ['a size that is no number', { downloadTotal: Number.NaN }],
    ['an infinite size', { downloadTotal: Number.POSITIVE_INFINITY }],
    ['something more', { origin: ORIGIN }],
    ['a body that is no Blob', { requests: [{ head: requestHead('/'), body: 'text' }] }],
  ])('%s is refused', async (_, changes) => {
    await expect(enter().door('fetch', { ...fetchArgument(), ...changes })).rejects.toEqual(
      named('TypeError'),
    );
    expect(await db.backgroundFetches.count()).toBe(0);
  });

  test.each<[string, object]>([
    ['no-cors', { mode: 'no-cors' }],
    ['a navigation', { mode: 'navigate' }],
    ['an extension’s URL', { url: 'moz-extension://0/secret' }],
    ['a file', { url: 'file:///etc/passwd' }],
    ['a URL with credentials', { url: 'https://me:secret@site.example/' }],
    ['a relative URL', { url: '/a' }],
    ['a URL that is not serialised', { url: 'https://SITE.example' }],
    ['a method with a line break', { method: 'GET\r\nX: y' }],
    ['a header name with a line break', { headers: [['x\n', 'y']] }],
    ['a header value with a line break', { headers: [['x', 'y\r\nz: 1']] }],
    ['a header value with a NUL', { headers: [['x', '\0']] }],
    ['too many headers', { headers: Array.from({ length: 257 }, () => ['x', 'y']) }],
    ['an endless header', { headers: [['x', 'y'.repeat(64 * 1024 + 1)]] }],
    ['an endless URL', { url: `${ORIGIN}/${'x'.repeat(64 * 1024)}` }],
    ['something more', { window: null }],
  ])('a request with %s is refused', async (_, changes) => {
    const head = { ...requestHead('/'), ...changes };
    const { door } = enter();
    await expect(door('fetch', { ...fetchArgument(), requests: [{ head, body: null }] })).rejects.toEqual(
      named('TypeError'),
    );
    await expect(
      door('match', { key: 'key', request: head, options: NO_FLAGS, first: true }),
    ).rejects.toEqual(named('TypeError'));
    expect(await db.backgroundFetches.count()).toBe(0);
  });

  const anything = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withTypedArray: true,
  });

  test('of whatever shape are answered with an error of the specification, and store nothing', async () => {
    const name = fc.oneof(fc.constantFrom<string>(...NAMES), fc.string());
    const { door } = enter();
    await fc.assert(
      fc.asyncProperty(name, anything, async (call, argument) => {
        const error: unknown = await door(call, argument).then(
          () => undefined,
          (reason: unknown) => reason,
        );
        expect(error).toBeInstanceOf(CallFailure);
      }),
      { numRuns: 500 },
    );
    expect(await db.backgroundFetches.count()).toBe(0);
  });

  test('that are valid but for one value get nowhere', async () => {
    const { door } = enter();
    const valid: Record<(typeof NAMES)[number], object> = {
      fetch: fetchArgument({ ui: { title: 't', icons: [{ src: 's' }] } }),
      mayFetch: { scope: SCOPE, isActive: true, id: 'id' },
      get: { scope: SCOPE, id: 'id' },
      watch: { key: 'key' },
      getIds: { scope: SCOPE },
      abort: { key: 'key' },
      match: { key: 'key', request: requestHead('/a'), options: NO_FLAGS, first: true },
      read: { key: 'key', index: 0, generation: 0, offset: 0, headKnown: true },
    };
    const wrong = fc.oneof(
      fc.constantFrom(undefined, Symbol.iterator, 1n, -1, 0.5, Number.NaN, [], {}, () => {}),
      fc.date(),
      fc.uint8Array(),
    );
    const place = fc
      .constantFrom(...NAMES)
      .chain((name) => fc.tuple(fc.constant(name), fc.constantFrom(...leaves(valid[name]))));
    await fc.assert(
      fc.asyncProperty(place, wrong, async ([name, path], value) => {
        await expect(door(name, replaced(valid[name], path, value))).rejects.toBeInstanceOf(CallFailure);
      }),
      { numRuns: 300 },
    );
    expect(await db.backgroundFetches.count()).toBe(0);
  });

  /** Paths of everything in a value that is no object, and whose type has nothing in common with the wrong values. */
  function leaves(value: unknown, path: string[] = []): string[][] {
    if (path.at(-1) === 'downloadTotal') return [];
    if (typeof value !== 'object' || value === null) return [path];
    return Object.entries(value).flatMap(([name, each]) => leaves(each, [...path, name]));
  }

  function replaced(value: unknown, [name, ...rest]: string[], by: unknown): unknown {
    if (name === undefined) return by;
    if (Array.isArray(value))
      return value.map((each, i) => (String(i) === name ? replaced(each, rest, by) : each));
    const each: unknown = Reflect.get(value as object, name);
    return { ...(value as object), [name]: replaced(each, rest, by) };
  }
});
