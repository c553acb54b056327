import { defineInterface, toDictionary } from './webidl.ts';

/** https://webidl.spec.whatwg.org/#quotaexceedederror, for browsers without it. Sizes in bytes. */
class PolyfilledQuotaExceededError extends DOMException {
  readonly #quota: number | null;
  readonly #requested: number | null;

  constructor(message = '', options?: { quota?: number; requested?: number } | null) {
    super(message, 'QuotaExceededError');
    const member = toDictionary(options);
    this.#quota = toSize(member('quota'));
    this.#requested = toSize(member('requested'));
    if (this.#quota !== null && this.#requested !== null && this.#requested < this.#quota) {
      throw new RangeError('requested may not be less than quota.');
    }
  }

  get quota(): number | null {
    return this.#quota;
  }

  get requested(): number | null {
    return this.#requested;
  }
}

/** A double that is not negative; null where there is none. */
function toSize(value: unknown): number | null {
  if (value === undefined) return null;
  const size = +(value as number);
  if (!Number.isFinite(size)) throw new TypeError('quota and requested must be finite numbers.');
  if (size < 0) throw new RangeError('quota and requested may not be negative.');
  return size;
}

const native: unknown = Reflect.get(globalThis, 'QuotaExceededError');

/** The browser's own, or ours. */
export const QuotaExceededError = (native ??
  PolyfilledQuotaExceededError) as typeof PolyfilledQuotaExceededError;

/** Defines the interface where the browser lacks it. */
export function installQuotaExceededError(global: object): void {
  if (QuotaExceededError === PolyfilledQuotaExceededError) {
    defineInterface(global, 'QuotaExceededError', QuotaExceededError);
  }
}
