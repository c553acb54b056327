/** How many bytes of a request body have gone out, for who wants to know. */
export class UploadCount {
  #bytes = 0;
  #over = false;
  /** Called at every change. */
  #changed = () => {};

  set(bytes: number): void {
    this.#bytes = bytes;
    this.#changed();
  }

  /** No more is to be told. */
  end(): void {
    this.#over = true;
    this.#changed();
  }

  /** Resolves with the bytes as soon as they are more than `known`; with null at the end. For one who asks at a time. */
  async above(known: number): Promise<number | null> {
    while (this.#bytes <= known && !this.#over) {
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
    }
    return this.#over ? null : this.#bytes;
  }
}
