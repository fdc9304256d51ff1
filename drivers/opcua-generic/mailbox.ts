/** A queue with one reader who waits. */
export class Mailbox<T> {
  readonly #letters: T[] = [];
  #waiting: ((letter: T) => void) | undefined;

  put(letter: T): void {
    const deliver = this.#waiting;
    this.#waiting = undefined;
    if (deliver) deliver(letter);
    else this.#letters.push(letter);
  }

  /** The oldest letter, now or when it comes. */
  take(): Promise<T> {
    const letter = this.#letters.shift();
    if (letter !== undefined) return Promise.resolve(letter);
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }
}
