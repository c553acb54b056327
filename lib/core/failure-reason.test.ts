import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { BackgroundFetchFailureReason, RecordResult } from '../protocol/wire.ts';
import { nextFailureReason } from './failure-reason.ts';

test('the failure reason is the first result that is no success', () => {
  const result = fc.constantFrom<RecordResult>(
    'success',
    'aborted',
    'bad-status',
    'fetch-error',
    'quota-exceeded',
    'download-total-exceeded',
  );
  fc.assert(
    fc.property(fc.array(result), (results) => {
      const reason = results.reduce<BackgroundFetchFailureReason>(nextFailureReason, '');
      expect(reason).toBe(results.find((each) => each !== 'success') ?? '');
    }),
  );
});
