/** What everything that flows must pass; closed while a fault holds it back. */
export class Gate {
  #opened: PromiseWithResolvers<void> | undefined;
  readonly #onClose = new Set<() => void>();

  get isClosed(): boolean {
    return this.#opened !== undefined;
  }

  close(): void {
    if (this.#opened) return;
    this.#opened = Promise.withResolvers<void>();
    for (const listener of this.#onClose) listener();
  }

  open(): void {
    this.#opened?.resolve();
    this.#opened = undefined;
  }

  /** Resolves when the gate is open; at once if it is. */
  async passable(): Promise<void> {
    // It may have closed again before this continues.
    while (this.#opened) await this.#opened.promise;
  }

  /** Calls back at each closing; returns how to end that. */
  onClose(listener: () => void): () => void {
    this.#onClose.add(listener);
    return () => this.#onClose.delete(listener);
  }
}
