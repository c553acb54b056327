import { expect, test, vi } from 'vitest';
import type { ArgumentOf, SiteCalls } from '../protocol/calls.ts';
import type { RecordResponse } from '../protocol/wire.ts';
import { createRecordObject } from './background-fetch-record.ts';
import { createSite, recordOf } from './testing/fake-site.ts';

const URL_1 = 'https://site.example/1';
const { head: HEAD } = recordOf(URL_1).response;

/** A record with this response, and then these answers to `read`. */
function setUp(first: Partial<RecordResponse>, ...later: Partial<RecordResponse>[]) {
  const reads: ArgumentOf<SiteCalls, 'read'>[] = [];
  const { realm } = createSite({
    read: async (argument) => {
      reads.push(argument);
      const response = later.shift();
      // Where the site reads on after all that the test has, it waits.
      if (!response) return new Promise(() => {});
      return { generation: 1, head: null, result: '', pieces: [], ...response };
    },
  });
  return { record: createRecordObject(realm, 'key', recordOf(URL_1, first)), reads };
}

const running = { result: '' as const, pieces: [] };

test('a settled record needs no further call', async () => {
  const { record, reads } = setUp({});
  const response = await record.responseReady;
  expect([response.url, response.status, await response.text()]).toEqual([URL_1, 200, 'body']);
  expect(record.responseReady).toBe(record.responseReady);
  expect(record.request).toBe(record.request);
  expect(reads).toEqual([]);
});

test('responseReady waits for the head, whatever the generation, and the body goes on from there', async () => {
  const { record, reads } = setUp(
    { ...running, head: null },
    { generation: 2 },
    { generation: 3, head: HEAD, pieces: [new Blob(['ab'])] },
    { generation: 3, pieces: [new Blob(['c']), new Blob(['d'])] },
    { generation: 3, pieces: [new Blob(['e'])], result: 'success' },
  );
  expect(await (await record.responseReady).text()).toBe('abcde');
  expect(reads.map(({ generation, offset, headKnown }) => [generation, offset, headKnown])).toEqual([
    [1, 0, false],
    [2, 0, false],
    [3, 2, true],
    [3, 4, true],
  ]);
});

test('what comes after it was matched is there when the site asks for it at last', async () => {
  const answers = [
    { head: HEAD, pieces: [new Blob(['b'])] },
    { pieces: [new Blob(['c'])], result: 'success' as const },
  ];
  const { record, reads } = setUp({ ...running, pieces: [new Blob(['a'])] }, ...answers);
  await vi.waitFor(() => expect(reads).toHaveLength(2));
  expect(await (await record.responseReady).text()).toBe('abc');
});

test('nothing is read of what has not begun, before the site asks', async () => {
  const { record, reads } = setUp({ ...running, head: null }, { head: HEAD });
  await new Promise((resolve) => setTimeout(resolve));
  expect(reads).toEqual([]);
  await record.responseReady;
  expect(reads).toHaveLength(2);
});

test('a body that started again is not spliced', async () => {
  const { record } = setUp(
    running,
    { pieces: [new Blob(['a'])] },
    { generation: 2, pieces: [new Blob(['b'])] },
  );
  await expect((await record.responseReady).text()).rejects.toThrow(TypeError);
});

test.each([
  ['aborted', 'AbortError'],
  ['fetch-error', 'TypeError'],
  ['quota-exceeded', 'TypeError'],
  ['download-total-exceeded', 'TypeError'],
] as const)('%s rejects with %s, before the head and within the body', async (result, name) => {
  await expect(setUp({ result }).record.responseReady).rejects.toMatchObject({ name });
  await expect(setUp({ ...running, head: null }, { result }).record.responseReady).rejects.toMatchObject({
    name,
  });
  const within = setUp(running, { pieces: [new Blob(['a'])] }, { result });
  const reader = (await within.record.responseReady).body?.getReader();
  expect(await reader?.read()).toMatchObject({ done: false });
  await expect(reader?.read()).rejects.toMatchObject({ name });
});

test('a bad status is shown with the body that came with it', async () => {
  const head = HEAD && { ...HEAD, status: 404 };
  const { record } = setUp({ head, result: 'bad-status', pieces: [new Blob(['not here'])] });
  const response = await record.responseReady;
  expect([response.status, response.ok, await response.text()]).toEqual([404, false, 'not here']);
});

test('a body that is cancelled asks for no more', async () => {
  const answers = [Promise.withResolvers<RecordResponse>(), Promise.withResolvers<RecordResponse>()];
  let asked = 0;
  const { realm } = createSite({
    read: () => answers[asked++]?.promise ?? Promise.reject(new Error('asked on')),
  });
  const record = createRecordObject(realm, 'key', recordOf(URL_1, { ...running, pieces: [new Blob(['a'])] }));
  const reader = (await record.responseReady).body?.getReader();
  await reader?.read();
  await reader?.cancel();
  expect(asked).toBe(1);
  answers[0]?.resolve(recordOf(URL_1, { ...running, pieces: [new Blob(['b'])] }).response);
  await new Promise((resolve) => setTimeout(resolve));
  expect(asked).toBe(1);
});
