/**
 * An event handler IDL attribute's state: https://html.spec.whatwg.org/#event-handler-attributes. Its place among the
 * listeners is where it was first set, and is kept when another handler replaces it; null gives the place up.
 */
export class EventHandler {
  readonly #target: EventTarget;
  readonly #type: string;
  #value: object | null = null;

  constructor(target: EventTarget, type: string) {
    this.#target = target;
    this.#type = type;
  }

  get value(): object | null {
    return this.#value;
  }

  /** [LegacyTreatNonObjectAsNull]: all that is no object becomes null, and an object that can't be called is kept. */
  set value(value: unknown) {
    const isObject = typeof value === 'function' || (typeof value === 'object' && value !== null);
    const before = this.#value;
    this.#value = isObject ? value : null;
    if (!before && this.#value) this.#target.addEventListener(this.#type, this.#listener);
    if (before && !this.#value) this.#target.removeEventListener(this.#type, this.#listener);
  }

  readonly #listener = (event: Event) => {
    if (typeof this.#value !== 'function') return;
    const result: unknown = this.#value.call(this.#target, event);
    if (result === false) event.preventDefault();
  };
}
