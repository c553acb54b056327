import { beforeEach, expect, test, vi } from 'vitest';
import { receiveCommands } from './receive.ts';
import { ID, listeners, OURS } from './testing/fake-runtime.ts';

vi.mock('webextension-polyfill', () => import('./testing/fake-runtime.ts'));

const abort = vi.fn(async () => 'done');
const POPUP = { id: ID, url: `${OURS}popup.html` };
const COMMAND = { to: 'background', name: 'abort', argument: { key: 'key' } };

beforeEach(() => {
  listeners.length = 0;
  abort.mockClear();
  receiveCommands<{ abort: { argument: { key: string }; result: string } }>('background', { abort });
});

test('a page of the extension is heard', async () => {
  expect(await listeners[0]?.(COMMAND, POPUP)).toBe('done');
  expect(abort.mock.calls).toEqual([[{ key: 'key' }]]);
});

test.each([
  ['a content script in a site’s page', { id: ID, url: 'https://site.example/' }],
  ['one in a page whose URL holds ours', { id: ID, url: `https://site.example/?${OURS}popup.html` }],
  ['another extension', { id: 'other@example', url: 'moz-extension://other/popup.html' }],
  ['another extension that names our page', { id: 'other@example', url: `${OURS}popup.html` }],
  ['nobody that the browser names', {}],
])('%s is not', (_, sender) => {
  expect(listeners[0]?.(COMMAND, sender)).toBeUndefined();
  expect(abort).not.toHaveBeenCalled();
});

test.each([
  ['is for another place', { ...COMMAND, to: 'downloader' }],
  ['has no name', { to: 'background' }],
  ['is none', null],
  ['is text', 'abort'],
])('what %s is passed over', (_, message) => {
  expect(listeners[0]?.(message, POPUP)).toBeUndefined();
  expect(abort).not.toHaveBeenCalled();
});

test.each(['forget', 'toString', '__proto__', 'constructor'])('there is no command %s', async (name) => {
  await expect(listeners[0]?.({ ...COMMAND, name }, POPUP)).rejects.toThrow(/No such command/);
});
