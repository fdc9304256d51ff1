/** Holds what is told before the listener is there, and hands it over in order. */
export class Backlog<Listener> {
  #listener: Listener | undefined;
  readonly #waiting: ((listener: Listener) => void)[] = [];

  tell(what: (listener: Listener) => void): void {
    if (this.#listener === undefined) this.#waiting.push(what);
    else what(this.#listener);
  }

  deliverTo(listener: Listener): void {
    this.#listener = listener;
    for (const what of this.#waiting.splice(0)) what(listener);
  }
}
