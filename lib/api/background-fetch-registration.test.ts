import { expect, test, vi } from 'vitest';
import {
  getBackgroundFetchRegistrationInstance,
  updateBackgroundFetchInstances,
} from './background-fetch-registration.ts';
import { createSite, recordOf, snapshotOf } from './testing/fake-site.ts';

const URL_1 = 'https://site.example/1';

function setUp(answers: Parameters<typeof createSite>[0] = {}) {
  const site = createSite(answers);
  const registration = getBackgroundFetchRegistrationInstance(
    site.realm,
    snapshotOf('a', { downloadTotal: 9 }),
  );
  const seen: unknown[] = [];
  registration.addEventListener('progress', (event) => {
    const { downloaded, uploaded, result, failureReason } = registration;
    expect(event.target).toBe(registration);
    seen.push([downloaded, uploaded, result, failureReason]);
  });
  const update = (changes: Parameters<typeof snapshotOf>[1]) =>
    updateBackgroundFetchInstances(site.realm, snapshotOf('a', changes));
  return { ...site, registration, seen, update };
}

test('progress tells of every change, and of nothing else', () => {
  const { seen, update, registration } = setUp();
  update({ downloaded: 3 });
  update({ downloaded: 3 });
  update({ downloaded: 3, uploaded: 1 });
  expect(registration.downloadTotal).toBe(9);
  expect(seen).toEqual([
    [3, 0, '', ''],
    [3, 1, '', ''],
  ]);
});

test('after the result nothing changes but the records, without an event', () => {
  const { seen, update, registration } = setUp();
  update({ result: 'failure', failureReason: 'aborted' });
  update({ downloaded: 5, result: 'success' });
  expect(registration.recordsAvailable).toBe(true);
  update({ result: 'success', recordsAvailable: false });
  update({ result: 'success' });
  expect(registration.recordsAvailable).toBe(false);
  expect(seen).toEqual([[0, 0, 'failure', 'aborted']]);
});

test('an update that comes ahead of its object is told when the site can listen', async () => {
  const { realm, manager } = createSite({
    fetch: async ({ id }) => {
      updateBackgroundFetchInstances(realm, snapshotOf(id, { downloaded: 5, result: 'success' }));
      return snapshotOf(id);
    },
  });
  const registration = await manager.fetch('a', URL_1);
  expect([registration.downloaded, registration.result]).toEqual([0, '']);
  await new Promise((resolve) => registration.addEventListener('progress', resolve));
  expect([registration.downloaded, registration.result]).toEqual([5, 'success']);
  expect(realm.early).toBeNull();
});

test('nothing is kept of what the site has no object for, nor of what is over', async () => {
  const { realm, manager } = createSite({ fetch: async ({ id }) => snapshotOf(id) });
  updateBackgroundFetchInstances(realm, snapshotOf('nobody'));
  expect(realm.early).toBeNull();
  const registration = await manager.fetch('a', URL_1);
  await vi.waitFor(() => expect(realm.early).toBeNull());
  expect(realm.instances.size).toBe(1);
  updateBackgroundFetchInstances(realm, snapshotOf('a', { result: 'success', recordsAvailable: false }));
  expect([registration.result, registration.recordsAvailable, realm.instances.size]).toEqual([
    'success',
    false,
    0,
  ]);
});

test('an update that crosses a newer answer is passed over', async () => {
  vi.useFakeTimers();
  try {
    const { realm, manager } = createSite({
      get: async ({ id }) => {
        updateBackgroundFetchInstances(realm, snapshotOf(id, { downloaded: 5 }));
        return snapshotOf(id, { downloaded: 8 });
      },
    });
    const registration = await manager.get('a');
    vi.runAllTimers();
    expect(registration?.downloaded).toBe(8);
  } finally {
    vi.useRealTimers();
  }
});

test('onprogress hears progress', () => {
  const { update, registration } = setUp();
  const heard: unknown[] = [];
  const handler = (event: Event) => heard.push(event.type);
  registration.onprogress = handler;
  expect(registration.onprogress).toBe(handler);
  update({ downloaded: 1 });
  expect(heard).toEqual(['progress']);
});

test('matchAll() asks with the request and the options', async () => {
  const { registration, calls } = setUp({ match: async () => [recordOf(URL_1), recordOf(URL_1)] });
  expect(await registration.matchAll()).toHaveLength(2);
  const query = new Request(URL_1, { method: 'POST', body: 'x' });
  await registration.matchAll(query, { ignoreMethod: true });
  expect(query.bodyUsed).toBe(false);
  const none = { ignoreMethod: false, ignoreSearch: false, ignoreVary: false };
  expect(calls).toMatchObject([
    ['match', { key: 'key of a', request: null, options: none, first: false }],
    ['match', { request: { url: URL_1, method: 'POST' }, options: { ...none, ignoreMethod: true } }],
  ]);
});

test('match() gives the first record, or undefined', async () => {
  let records = [recordOf(URL_1)];
  const { registration, calls } = setUp({ match: async () => records });
  expect((await registration.match(URL_1))?.request.url).toBe(URL_1);
  expect(calls).toMatchObject([['match', { first: true }]]);
  records = [];
  expect(await registration.match(URL_1)).toBeUndefined();
});

test('match() and matchAll() reject wrong arguments, and once records are gone', async () => {
  const { registration, update } = setUp();
  await expect(registration.match()).rejects.toThrow(TypeError);
  await expect(registration.match('https://')).rejects.toThrow(TypeError);
  await expect(registration.matchAll(URL_1, 5)).rejects.toThrow(TypeError);
  update({ recordsAvailable: false });
  await expect(registration.match(URL_1)).rejects.toMatchObject({ name: 'InvalidStateError' });
  await expect(registration.matchAll()).rejects.toMatchObject({ name: 'InvalidStateError' });
});

test('abort() tells whether it did', async () => {
  const { registration, calls } = setUp({ abort: async () => false });
  expect(await registration.abort()).toBe(false);
  expect(calls).toEqual([['abort', { key: 'key of a' }]]);
});
