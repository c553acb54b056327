import type { State } from '../store/schema.ts';

/**
 * The legal moves of a background fetch. Everything that changes a state goes through {@link move}; what is not here
 * does not happen.
 */
export const MOVES: Readonly<Record<State, readonly State[]>> = {
  pending: ['active', 'settled'],
  active: ['paused', 'settled'],
  paused: ['active', 'settled'],
  // Back to active: stored bytes are gone, and are fetched again.
  settled: ['delivering', 'done', 'active'],
  // Back to settled: the hand-off broke off and is repeated at the next wake.
  delivering: ['settled', 'done'],
  done: [],
};

/** States in which records may still get bytes and results. */
export const UNSETTLED: readonly State[] = ['pending', 'active', 'paused'];

export function canMove(from: State, to: State): boolean {
  return MOVES[from].includes(to);
}
