import type { BackgroundFetchRow } from '../store/schema.ts';

/** Whether the person may have a background fetch made again: it failed, by nobody's will, and can be repeated. */
export function canTryAgain({ state, failureReason, pausable }: BackgroundFetchRow): boolean {
  const over = state === 'settled' || state === 'done';
  return over && pausable && failureReason !== '' && failureReason !== 'aborted';
}
