import { defineInterface } from './webidl.ts';

interface QuotaExceededErrorOptions {
  /** In bytes. */
  quota?: number;
  requested?: number;
}

/** https://webidl.spec.whatwg.org/#quotaexceedederror, for browsers without it. */
class PolyfilledQuotaExceededError extends DOMException {
  readonly #quota: number | null;
  readonly #requested: number | null;

  constructor(message = '', { quota, requested }: QuotaExceededErrorOptions = {}) {
    super(message, 'QuotaExceededError');
    if (Number(quota) < 0 || Number(requested) < 0 || Number(requested) < Number(quota)) {
      throw new RangeError('quota and requested may not be negative, and requested not less than quota.');
    }
    this.#quota = quota ?? null;
    this.#requested = requested ?? null;
  }

  get quota(): number | null {
    return this.#quota;
  }

  get requested(): number | null {
    return this.#requested;
  }
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
