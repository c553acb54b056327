import { expect, test } from 'vitest';
import type { State } from '../store/schema.ts';
import { canMove, MOVES, UNSETTLED } from './states.ts';

const STATES = Object.keys(MOVES) as State[];

/** All states that can come after this one. */
function laterStates(from: State): Set<State> {
  const later = new Set<State>();
  for (const queue = [from]; queue.length > 0; ) {
    for (const next of MOVES[queue.pop() ?? from]) {
      if (!later.has(next)) queue.push(next);
      later.add(next);
    }
  }
  return later;
}

test('every background fetch can be brought to its end', () => {
  for (const state of STATES.filter((each) => each !== 'done')) expect(laterStates(state)).toContain('done');
});

test('nothing comes after the end', () => {
  expect(laterStates('done').size).toBe(0);
});

test('nothing is handed over without a result, and none is taken back while it is handed over', () => {
  for (const unsettled of UNSETTLED) {
    expect(canMove(unsettled, 'delivering')).toBe(false);
    expect(canMove(unsettled, 'done')).toBe(false);
    expect(canMove('delivering', unsettled)).toBe(false);
  }
  expect(UNSETTLED.filter((state) => canMove('settled', state))).toEqual(['active']);
});

test('bytes come only after the person was asked', () => {
  expect(canMove('pending', 'paused')).toBe(false);
  for (const state of STATES) expect(canMove(state, 'pending')).toBe(false);
});

test('a state is no move to itself, so that only one of two takes up a hand-off', () => {
  for (const state of STATES) expect(canMove(state, state)).toBe(false);
});
