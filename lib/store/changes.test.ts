import { expect, test, vi } from 'vitest';
import { announceChange, onChange } from './changes.ts';

test('every listener hears of every change until it is taken off', () => {
  const heard = vi.fn();
  const stop = onChange(heard);
  announceChange('a');
  announceChange('b');
  stop();
  announceChange('c');
  expect(heard.mock.calls).toEqual([['a'], ['b']]);
});

test('a listener that takes itself off keeps the news from no other', () => {
  const heard = vi.fn();
  const stop = onChange(() => stop());
  onChange(heard);
  announceChange('a');
  announceChange('b');
  expect(heard.mock.calls).toEqual([['a'], ['b']]);
});
