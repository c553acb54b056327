// @vitest-environment happy-dom
import { render } from 'preact';
import { act as flush } from 'preact/test-utils';
import { beforeEach, expect, test, vi } from 'vitest';
import type { BackgroundFetchRow } from '../lib/store/schema.ts';
import { fetchRow } from '../lib/store/testing/rows.ts';
import type { Action } from './Download.tsx';

vi.mock('webextension-polyfill', async () => (await import('../lib/ui/messages.fake.ts')).fakePolyfill());

const { viewDownload } = await import('../lib/ui/view.ts');
const { Download } = await import('./Download.tsx');
const { FinishedDownload } = await import('./FinishedDownload.tsx');

const NOW = 1_800_000_000_000;
const MB = 1e6;

let acted: Action[] = [];
beforeEach(() => {
  acted = [];
  render(null, document.body);
});

function show(changes: Partial<BackgroundFetchRow>): void {
  const row = fetchRow({ title: 'Film', recordCount: 1, ...changes });
  const view = viewDownload(row, { now: NOW, online: true, waitsForUnmetered: false, speed: 0 });
  const act = (action: Action) => void acted.push(action);
  const content =
    row.state === 'done' ? (
      <FinishedDownload row={row} view={view} now={NOW} act={act} />
    ) : (
      <Download row={row} view={view} act={act} />
    );
  flush(() => render(content, document.body));
}

const names = () =>
  [...document.querySelectorAll('button')].map((button) => button.getAttribute('aria-label'));
const plain = () => names().map((name) => name?.replace(/[\u2068\u2069]/g, ''));

function press(selector: string): void {
  flush(() => document.querySelector<HTMLButtonElement>(selector)?.click());
}

const FAILED = { state: 'settled', result: 'failure', failureReason: 'fetch-error' } as const;

test.each<[string, Partial<BackgroundFetchRow>, string[]]>([
  ['one that runs', {}, ['Open Film', 'Pause Film', 'Abort Film']],
  ['a paused one', { state: 'paused' }, ['Open Film', 'Resume Film', 'Abort Film']],
  [
    'one that waits for a try',
    { retryAt: NOW + 1000 },
    ['Try now Film', 'Open Film', 'Pause Film', 'Abort Film'],
  ],
  [
    'one that asks',
    { state: 'pending' },
    ['Allow Film', 'Refuse Film', 'Always allow Film', 'Never allow Film'],
  ],
  [
    'one that waits for its site',
    { state: 'settled', result: 'success', deliveryAttempts: 1 },
    ['Try now Film', 'Open Film', 'Delete Film'],
  ],
  ['one that is being handed over', { state: 'delivering', result: 'success' }, ['Open Film']],
  ['a failed one', FAILED, ['Try again Film', 'Open Film', 'Delete Film']],
  [
    'a finished one',
    { state: 'done', result: 'success', deliveredBy: 'event', doneAt: NOW },
    ['Open Film', 'Clear Film'],
  ],
  [
    'a failed one that its site knows of',
    { ...FAILED, state: 'done', deliveredBy: 'event', doneAt: NOW },
    ['Try again Film', 'Clear Film'],
  ],
  ['an aborted one', { ...FAILED, failureReason: 'aborted', state: 'done', doneAt: NOW }, ['Clear Film']],
])('%s offers what can be done to it, by name', (_, changes, buttons) => {
  show(changes);
  expect(plain()).toEqual(buttons);
});

test('a small one is aborted at once', () => {
  show({ downloaded: 49 * MB });
  press('[data-action=abort]');
  expect(acted).toEqual(['abort']);
});

test('a large one only after a question, and no is the answer at hand', () => {
  show({ downloaded: 50 * MB });
  press('[data-action=abort]');
  expect(acted).toEqual([]);
  expect(document.querySelector('[role=alert]')?.textContent).toMatch(
    /50.MB already downloaded will be lost/,
  );
  expect(document.activeElement?.getAttribute('data-answer')).toBe('no');
  press('[data-answer=no]');
  expect(acted).toEqual([]);
  expect(document.querySelector('[role=alert]')).toBeNull();
  press('[data-action=abort]');
  press('[data-answer=yes]');
  expect(acted).toEqual(['abort']);
});

test('one that sends data says why it can not be paused', () => {
  show({ pausable: false });
  press('[data-action=pause]');
  expect(acted).toEqual([]);
  expect(document.querySelector('[data-action=pause]')?.getAttribute('title')).toMatch(/Can’t be paused/);
});

test('a failure comes with what to do about it', () => {
  show(FAILED);
  expect(document.querySelector('.advice')?.textContent).toBe('Check your connection and try again.');
});
