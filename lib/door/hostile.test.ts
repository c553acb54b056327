import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { SiteCalls } from '../protocol/calls.ts';
import { addBackgroundFetch } from '../store/background-fetches.ts';
import { announceChange } from '../store/changes.ts';
import { db } from '../store/database.ts';
import { emptyDatabase, fetchRow, ORIGIN, recordRows, requestHead } from '../store/testing/rows.ts';
import { openDoor } from './door.ts';
import type { Site } from './site.ts';

const SITE: Site = { origin: ORIGIN, otherIdentity: false, thirdParty: false, unseen: false };
const OTHER: Site = { ...SITE, origin: 'https://other.example' };
const GIB = 2 ** 30;

type Fetch = SiteCalls['fetch']['argument'];

function wanted(change: Partial<Fetch> = {}): Fetch {
  const request = { head: requestHead('/file'), body: null };
  return {
    scope: `${ORIGIN}/`,
    isActive: true,
    id: 'new',
    requests: [request],
    referrer: '',
    downloadTotal: 0,
    ui: {},
    ...change,
  };
}

function wantedUrl(url: string, change: Partial<Fetch> = {}): Fetch {
  return wanted({ requests: [{ head: requestHead('/', { url }), body: null }], ...change });
}

function door(site: Site = SITE) {
  const call = openDoor(site, {
    changed: async () => {},
    seen: () => {},
    gone: new AbortController().signal,
  });
  return call as (name: string, argument: unknown) => Promise<never>;
}

let estimate: StorageEstimate;

beforeEach(async () => {
  await emptyDatabase();
  estimate = { quota: 100 * GIB, usage: 0 };
  vi.stubGlobal('navigator', { storage: { estimate: async () => estimate } });
});
afterEach(() => vi.unstubAllGlobals());

const notAllowed = { error: { name: 'NotAllowedError' } };
const typeError = { error: { name: 'TypeError' } };
const quotaExceeded = { error: { name: 'QuotaExceededError' } };

describe('whose background fetches', () => {
  const reading = async (site: Site) => {
    const call = door(site);
    const scope = `${ORIGIN}/`;
    return {
      ids: site.origin === ORIGIN ? await call('getIds', { scope }) : [],
      got: site.origin === ORIGIN ? await call('get', { scope, id: 'id' }) : null,
      aborted: await call('abort', { key: 'key' }),
      read: await call('read', { key: 'key', index: 0, generation: 0, offset: 0, headKnown: false }),
    };
  };
  const all = { key: 'key', request: null, options: {}, first: false };
  const options = { ignoreSearch: false, ignoreMethod: false, ignoreVary: false };
  const nothing = { ids: [], got: null, aborted: false, read: { result: 'aborted', pieces: [], head: null } };

  test.each([
    ['another site', OTHER],
    ['a private window or container of the site', { ...SITE, otherIdentity: true }],
    ['a frame of the site under another one', { ...SITE, thirdParty: true }],
  ])('%s sees and reaches none', async (_, site) => {
    await addBackgroundFetch(fetchRow(), recordRows('key', [requestHead('/file')]));
    expect(await reading(site)).toMatchObject(nothing);
    await expect(door(site)('match', { ...all, options })).rejects.toMatchObject({
      error: { name: 'InvalidStateError' },
    });
    expect((await db.backgroundFetches.get('key'))?.state).toBe('active');
  });

  test('the site itself reaches its own', async () => {
    await addBackgroundFetch(fetchRow(), recordRows('key', [requestHead('/file')]));
    expect(await door()('getIds', { scope: `${ORIGIN}/` })).toEqual(['id']);
    expect(await door()('match', { ...all, options })).toHaveLength(1);
    expect(await door()('abort', { key: 'key' })).toBe(true);
  });

  test('a scope of another origin is refused', async () => {
    for (const name of ['get', 'getIds']) {
      await expect(door(OTHER)(name, { scope: `${ORIGIN}/`, id: 'id' })).rejects.toMatchObject(typeError);
    }
    await expect(door(OTHER)('fetch', wanted())).rejects.toMatchObject(typeError);
  });

  test('nothing starts for another identity, nor under another site', async () => {
    await expect(door({ ...SITE, otherIdentity: true })('fetch', wanted())).rejects.toMatchObject(notAllowed);
    await expect(door({ ...SITE, thirdParty: true })('fetch', wanted())).rejects.toMatchObject(notAllowed);
    expect(await db.backgroundFetches.count()).toBe(0);
  });
});

describe('where to', () => {
  const client = { activated: true, policies: [] as string[], referrerPolicy: '' as const };

  test.each([
    'http://other.example/',
    'https://other.example:25/',
    'http://127.0.0.1/',
    'https://printer.local/',
  ])('not to %s', async (url) => {
    await expect(door()('fetch', wantedUrl(url))).rejects.toMatchObject(typeError);
  });

  test.each(['https://user@other.example/', 'ftp://other.example/', 'https://other.example/\n<', '/file'])(
    'not a URL to fetch: %s',
    async (url) => {
      await expect(door()('fetch', wantedUrl(url))).rejects.toMatchObject(typeError);
    },
  );

  test('not where the page’s policy does not let it', async () => {
    const policies = ["connect-src 'self'"];
    const argument = wantedUrl('https://other.example/', { client: { ...client, policies } });
    await expect(door()('fetch', argument)).rejects.toMatchObject(typeError);
    await door()('fetch', wanted({ client: { ...client, policies } }));
    expect((await db.backgroundFetches.toArray())[0]?.connectSources).toEqual([["'self'"]]);
  });

  test.each([
    ['method', requestHead('/', { method: 'TRACE' })],
    ['header', requestHead('/', { headers: [['Cookie', 'a=b']] })],
    ['header', requestHead('/', { headers: [['Sec-Fetch-Site', 'none']] })],
    ['mode', { ...requestHead('/'), mode: 'no-cors' }],
    ['header', requestHead('/', { headers: [['a', 'b\r\nc: d']] })],
  ])('not with a %s that no script may give', async (_, head) => {
    const requests = [{ head, body: null }] as Fetch['requests'];
    await expect(door()('fetch', wanted({ requests }))).rejects.toMatchObject(typeError);
  });
});

describe('consent', () => {
  const stateOf = async (site: Site, argument: Fetch) => {
    const { key } = (await door(site)('fetch', argument)) as { key: string };
    return (await db.backgroundFetches.get(key))?.state;
  };

  test('a blocked site starts nothing, one to ask about waits, an allowed one starts', async () => {
    await db.sites.put({ origin: ORIGIN, permission: 'block' });
    await expect(door()('fetch', wanted())).rejects.toMatchObject(notAllowed);
    await db.sites.put({ origin: ORIGIN, permission: 'ask' });
    expect(await stateOf(SITE, wanted())).toBe('pending');
    await db.sites.put({ origin: ORIGIN, permission: 'allow' });
    expect(await stateOf(SITE, wanted({ id: 'two' }))).toBe('active');
  });

  test('from a frame or a worker it asks, but for a click in the frame', async () => {
    const unseen = { ...SITE, unseen: true };
    const client = { activated: true, policies: [], referrerPolicy: '' as const };
    expect(await stateOf(unseen, wanted({ id: '1' }))).toBe('pending');
    expect(await stateOf(unseen, wanted({ id: '2', client: { ...client, activated: false } }))).toBe(
      'pending',
    );
    expect(await stateOf(unseen, wanted({ id: '3', client }))).toBe('active');
  });

  test('many at once without a click ask', async () => {
    const states: unknown[] = [];
    for (let id = 0; id < 7; id++) states.push(await stateOf(SITE, wanted({ id: `${id}` })));
    expect(states).toEqual([...Array(5).fill('active'), 'pending', 'pending']);
    const client = { activated: true, policies: [], referrerPolicy: '' as const };
    expect(await stateOf(SITE, wanted({ id: 'clicked', client }))).toBe('active');
  });
});

describe('room', () => {
  test('a download that says itself that it does not fit', async () => {
    await expect(door()('fetch', wanted({ downloadTotal: 90 * GIB }))).rejects.toMatchObject(quotaExceeded);
  });

  test('what is open counts, and only the site’s own', async () => {
    const row = { key: 'big', id: 'big', downloadTotal: 31 * GIB };
    await db.backgroundFetches.add(fetchRow(row));
    await expect(door()('fetch', wanted({ downloadTotal: 2 * GIB }))).rejects.toMatchObject(quotaExceeded);
    const scope = `${OTHER.origin}/`;
    const other = { ...wantedUrl(`${OTHER.origin}/`), scope, downloadTotal: 2 * GIB };
    await door(OTHER)('fetch', other);
  });

  test('what is open counts with the bodies of its requests', async () => {
    await db.backgroundFetches.add(fetchRow({ key: 'big', id: 'big', uploadTotal: 31 * GIB }));
    await expect(door()('fetch', wanted({ downloadTotal: 2 * GIB }))).rejects.toMatchObject(quotaExceeded);
  });

  test('what others store shows only roughly', async () => {
    const roomTold = async () => {
      const refused = await door()('fetch', wanted({ downloadTotal: 200 * GIB })).catch(
        (error) => error.error,
      );
      return refused.quota;
    };
    estimate = { quota: 40 * GIB, usage: 20 * GIB };
    const before = await roomTold();
    estimate = { quota: 40 * GIB, usage: 20 * GIB + 123_456_789 };
    expect(await roomTold()).toBe(before);
  });

  test('request bodies count', async () => {
    estimate = { quota: 1024, usage: 0 };
    const body = new Blob(['x'.repeat(2048)]);
    const requests = [{ head: requestHead('/file', { method: 'POST' }), body }];
    await expect(door()('fetch', wanted({ requests }))).rejects.toMatchObject(quotaExceeded);
  });

  test('long requests count, and are enough at some point', async () => {
    const long = (count: number) =>
      wanted({
        requests: Array.from({ length: count }, () => ({
          head: requestHead(`/${'x'.repeat(60_000)}`),
          body: null,
        })),
      });
    await expect(door()('fetch', long(300))).rejects.toMatchObject(quotaExceeded);
    await door()('fetch', long(2));
    estimate = { quota: 100_000, usage: 0 };
    await expect(door()('fetch', { ...long(2), id: 'more' })).rejects.toMatchObject(quotaExceeded);
  });

  test('so many downloads, and so many requests, are enough', async () => {
    await db.backgroundFetches.bulkAdd(
      Array.from({ length: 256 }, (_, i) =>
        fetchRow({ key: `${i}`, id: `${i}`, listed: 0, state: 'settled' }),
      ),
    );
    await expect(door()('fetch', wanted())).rejects.toMatchObject(quotaExceeded);
    await db.backgroundFetches.clear();
    await db.backgroundFetches.add(fetchRow({ recordCount: 50_000 }));
    await expect(door()('fetch', wanted())).rejects.toMatchObject(quotaExceeded);
  });

  test('history does not grow without end', async () => {
    await db.backgroundFetches.bulkAdd(
      Array.from({ length: 150 }, (_, i) =>
        fetchRow({ key: `${i}`, id: `${i}`, listed: 0, state: 'done', doneAt: i }),
      ),
    );
    await door()('fetch', wanted());
    expect(await db.backgroundFetches.where('state').equals('done').count()).toBe(100);
    expect(await db.backgroundFetches.get('149')).toBeDefined();
  });

  test('titles and icons are cut, not refused', async () => {
    const icons = Array.from({ length: 40 }, () => ({ src: '/icon.png' }));
    icons[0] = { src: `data:image/png;base64,${'A'.repeat(300_000)}` };
    await door()('fetch', wanted({ ui: { title: 'x'.repeat(1_000_000), icons } }));
    const [row] = await db.backgroundFetches.toArray();
    expect(row?.title).toHaveLength(1024);
    expect(row?.icons).toHaveLength(32);
  });
});

test('a read waits for news', async () => {
  await addBackgroundFetch(fetchRow(), recordRows('key', [requestHead('/file')]));
  const reading = door()('read', { key: 'key', index: 0, generation: 0, offset: 0, headKnown: false });
  await db.records.update(['key', 0], { result: 'fetch-error' });
  announceChange('key');
  expect(await reading).toMatchObject({ result: 'fetch-error', head: null, pieces: [] });
});

test.each(['constructor', '__proto__', 'toString', 'settled', 'updateUI', ''])(
  'no call is named "%s"',
  async (name) => {
    await expect(door()(name, {})).rejects.toMatchObject(typeError);
  },
);
