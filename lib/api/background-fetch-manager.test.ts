import { describe, expect, test, vi } from 'vitest';
import { CallFailure } from '../protocol/rpc.ts';
import type { Snapshot } from '../protocol/wire.ts';
import { createSite, SCOPE, snapshotOf } from './testing/fake-site.ts';

/** The background's answer where nothing stands against it. */
const mayFetch = async () => undefined;
const URL_1 = 'https://site.example/1';

describe('fetch()', () => {
  test('sends what was asked for, converted', async () => {
    const { manager, calls } = createSite({ mayFetch, fetch: async ({ id }) => snapshotOf(id) });
    const upload = new Request('https://site.example/2', {
      method: 'POST',
      body: 'text',
      headers: { 'content-type': 'text/x' },
      referrer: '',
    });
    await manager.fetch(5, [URL_1, upload], {
      title: 'Title',
      downloadTotal: '9',
      icons: [{ src: 'icon.png' }, { src: 'https://' }],
    });
    expect(upload.bodyUsed).toBe(true);
    expect(calls).toMatchObject([
      ['mayFetch', { scope: SCOPE, isActive: true, id: '5' }],
      [
        'fetch',
        {
          scope: SCOPE,
          id: '5',
          referrer: 'https://site.example/page',
          downloadTotal: 9,
          ui: { title: 'Title', icons: [{ src: 'https://site.example/icon.png' }] },
          requests: [
            { head: { url: URL_1, method: 'GET', referrer: 'about:client' }, body: null },
            {
              head: { method: 'POST', headers: [['content-type', 'text/x']], referrer: '' },
              body: { size: 4 },
            },
          ],
        },
      ],
    ]);
  });

  test.each([
    ['no arguments', []],
    ['one argument', ['id']],
    ['an id that is no string', [Symbol('id'), URL_1]],
    ['no requests', ['id', []]],
    ['a bad URL', ['id', 'https://']],
    ['credentials in the URL', ['id', 'https://user:pass@site.example/']],
    ['no-cors', ['id', new Request(URL_1, { mode: 'no-cors' })]],
    ['another scheme', ['id', 'ftp://site.example/']],
    ['a data URL among others', ['id', [URL_1, 'data:,x']]],
    ['a blocked port', ['id', 'https://site.example:587/']],
    ['dangling markup', ['id', 'https://site.example/?\n<']],
    ['options that are none', ['id', URL_1, 5]],
  ])('rejects %s with a TypeError and asks nobody', async (_, args) => {
    const { manager, calls } = createSite();
    await expect(manager.fetch(...args)).rejects.toThrow(TypeError);
    expect(calls).toEqual([]);
  });

  test('tells whether there is an active worker', async () => {
    const { manager, registration, calls } = createSite({ fetch: async ({ id }) => snapshotOf(id) });
    await manager.fetch('active', URL_1);
    registration.active = null;
    await manager.fetch('none', URL_1);
    expect(calls).toMatchObject([
      ['fetch', { id: 'active', isActive: true }],
      ['fetch', { id: 'none', isActive: false }],
    ]);
  });

  test('rejects with a TypeError where a body is used up or breaks', async () => {
    const { manager } = createSite({ mayFetch });
    const used = new Request(URL_1, { method: 'POST', body: 'x' });
    await used.text();
    await expect(manager.fetch('id', used)).rejects.toThrow(TypeError);
    const body = new ReadableStream({ pull: (controller) => controller.error(new Error('broken')) });
    const broken = new Request(URL_1, { method: 'POST', body, duplex: 'half' } as RequestInit);
    await expect(manager.fetch('id', broken)).rejects.toThrow(TypeError);
  });

  /** A request whose body comes when `end` is called. */
  function slowUpload() {
    let end!: () => void;
    const pull = vi.fn(
      (controller: ReadableStreamDefaultController) =>
        new Promise<void>((resolve) => {
          end = () => resolve(controller.close());
        }),
    );
    const body = new ReadableStream({ pull }, { highWaterMark: 0 });
    const request = new Request(URL_1, { method: 'POST', body, duplex: 'half' } as RequestInit);
    return { request, pull, end: () => end() };
  }

  test('waits for no body of what is refused anyway', async () => {
    const failure = new CallFailure('NotAllowedError', 'refused');
    const { manager, calls } = createSite({ mayFetch: () => Promise.reject(failure) });
    // Its body never comes.
    const { request } = slowUpload();
    await expect(manager.fetch('id', request)).rejects.toMatchObject({ name: 'NotAllowedError' });
    expect(calls.map(([name]) => name)).toEqual(['mayFetch']);
  });

  test('of two calls with one id the first is made first, however long its body takes', async () => {
    const { manager, calls } = createSite({ mayFetch, fetch: async ({ id }) => snapshotOf(id) });
    const { request, pull, end } = slowUpload();
    const first = manager.fetch('id', request);
    const second = manager.fetch('id', URL_1);
    await manager.fetch('other', URL_1);
    await vi.waitFor(() => expect(pull).toHaveBeenCalled());
    end();
    await Promise.all([first, second]);
    const fetches = calls.filter(([name]) => name === 'fetch').map(([, argument]) => argument);
    expect(fetches).toMatchObject([
      { id: 'other' },
      { id: 'id', requests: [{ head: { method: 'POST' } }] },
      { id: 'id', requests: [{ head: { method: 'GET' } }] },
    ]);
  });

  test('a call is made although one with its id before it was refused', async () => {
    const answers = [Promise.reject(new CallFailure('NotAllowedError', 'refused')), snapshotOf('id')];
    const { manager } = createSite({ fetch: async () => (await answers.shift()) as Snapshot });
    const [first, second] = await Promise.allSettled([
      manager.fetch('id', URL_1),
      manager.fetch('id', URL_1),
    ]);
    expect([first.status, second.status]).toEqual(['rejected', 'fulfilled']);
  });

  test('gives the errors of the background as the specification names them', async () => {
    let failure = new CallFailure('TypeError', 'exists');
    const { manager } = createSite({ fetch: () => Promise.reject(failure) });
    await expect(manager.fetch('id', URL_1)).rejects.toThrow(new TypeError('exists'));
    failure = new CallFailure('NotAllowedError', 'refused');
    await expect(manager.fetch('id', URL_1)).rejects.toThrow(new DOMException('refused', 'NotAllowedError'));
    failure = new CallFailure('QuotaExceededError', 'full', { quota: 5, requested: 9 });
    const error: unknown = await manager.fetch('id', URL_1).catch((reason) => reason);
    expect(error).toBeInstanceOf(DOMException);
    expect(error).toMatchObject({ name: 'QuotaExceededError', message: 'full', quota: 5, requested: 9 });
  });
});

describe('get() and getIds()', () => {
  test('one background fetch is one object', async () => {
    const { manager } = createSite({
      fetch: async ({ id }) => snapshotOf(id),
      get: async ({ id }) => (id === 'a' ? snapshotOf(id) : null),
    });
    const registration = await manager.fetch('a', URL_1);
    expect(await manager.get('a')).toBe(registration);
    expect(await manager.get('b')).toBeUndefined();
  });

  test('an id that was given again is another object', async () => {
    let key = 'first';
    const { manager } = createSite({ get: async ({ id }) => snapshotOf(id, { key }) });
    const first = await manager.get('a');
    key = 'second';
    expect(await manager.get('a')).not.toBe(first);
  });

  test('getIds() gives them as they come', async () => {
    const { manager, calls } = createSite({ getIds: async () => ['b', 'a'] });
    expect(await manager.getIds()).toEqual(['b', 'a']);
    expect(calls).toEqual([['getIds', { scope: SCOPE }]]);
  });

  test('get() wants an argument', async () => {
    await expect(createSite().manager.get()).rejects.toThrow(TypeError);
  });
});
