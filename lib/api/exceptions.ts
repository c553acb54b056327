import { CallFailure } from '../protocol/rpc.ts';

/** https://webidl.spec.whatwg.org/#quotaexceedederror; Firefox 153 does not have it yet. */
type QuotaExceededErrorConstructor = new (
  message: string,
  options: { quota: number; requested: number },
) => DOMException;

/** The exception that the specification wants, out of what a call rejected with. */
export function toException(error: unknown): unknown {
  if (!(error instanceof CallFailure)) return error;
  const { name, message, quota, requested } = error.error;
  if (name === 'TypeError') return new TypeError(message);
  if (name === 'QuotaExceededError' && quota !== undefined && requested !== undefined) {
    return quotaExceededError(message, quota, requested);
  }
  return new DOMException(message, name);
}

function quotaExceededError(message: string, quota: number, requested: number): DOMException {
  const native: unknown = Reflect.get(globalThis, 'QuotaExceededError');
  if (typeof native === 'function') {
    // The constructor refuses a `requested` below the quota.
    const sizes = { quota, requested: Math.max(quota, requested) };
    return new (native as QuotaExceededErrorConstructor)(message, sizes);
  }
  return Object.defineProperties(new DOMException(message, 'QuotaExceededError'), {
    quota: { value: quota, configurable: true },
    requested: { value: requested, configurable: true },
  });
}
