import type { BackgroundFetchFailureReason, RecordResult } from '../protocol/wire.ts';

/**
 * The failure reason of a background fetch from its records' results, in the order in which they came.
 * https://wicg.github.io/background-fetch/#perform-a-background-fetch
 *
 * The specification's condition is inverted ("if failureReason is not the empty string"); what is meant, and what Chromium
 * does, is the first result that is no success.
 */
export function nextFailureReason(
  soFar: BackgroundFetchFailureReason,
  result: RecordResult,
): BackgroundFetchFailureReason {
  return soFar !== '' || result === 'success' ? soFar : result;
}
