import { CallFailure } from '../protocol/rpc.ts';
import { QuotaExceededError } from './quota-exceeded-error.ts';

/** The exception that the specification wants, out of what a call rejected with. */
export function toException(error: unknown): unknown {
  if (!(error instanceof CallFailure)) return error;
  const { name, message, quota, requested } = error.error;
  if (name === 'TypeError') return new TypeError(message);
  if (name === 'QuotaExceededError') {
    const isKnown = quota !== undefined && requested !== undefined;
    // The constructor refuses a `requested` below the quota.
    return new QuotaExceededError(message, isKnown ? { quota, requested: Math.max(quota, requested) } : {});
  }
  return new DOMException(message, name);
}
