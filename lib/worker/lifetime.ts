/**
 * What an ExtendableEvent knows of its lifetime: https://w3c.github.io/ServiceWorker/#extendableevent-interface. Ours,
 * because browsers let no script extend the lifetime of an event that a script made.
 */
export class Lifetime {
  /** What listeners threw and what their promises were rejected with. */
  readonly errors: string[] = [];
  /** Settles when the event is no longer active. */
  readonly over: Promise<void>;
  /** Whether a listener has asked the event for anything. */
  used = false;
  /** https://wicg.github.io/background-fetch/#backgroundfetchupdateuievent-ui-updated-flag */
  uiUpdated = false;
  #dispatching = true;
  #pending = 0;
  readonly #end: () => void;

  constructor() {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.over = promise;
    this.#end = resolve;
  }

  /** https://w3c.github.io/ServiceWorker/#extendableevent-active */
  get active(): boolean {
    return this.#dispatching || this.#pending > 0;
  }

  dispatched(): void {
    this.#dispatching = false;
    if (!this.active) this.#end();
  }

  /** https://w3c.github.io/ServiceWorker/#extendableevent-add-lifetime-promise */
  extend(promise: Promise<unknown>): void {
    this.#pending++;
    const settled = () =>
      queueMicrotask(() => {
        this.#pending--;
        if (!this.active) this.#end();
      });
    promise.then(settled, (reason) => {
      settled();
      this.errors.push(String(reason));
    });
  }
}
