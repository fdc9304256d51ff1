/**
 * Work that needs real time inside a world: a thread pool, a module loader. Virtual time stands
 * still while any is open; results are delivered in the order in which the work was issued.
 */
import type { Host } from "../host.ts";

interface FencedWork {
  readonly kind: string;
  readonly host: Host | undefined;
  /** Set when the work is done. */
  settle: (() => void) | undefined;
}

export class Fence {
  readonly #deliver: (kind: string, settle: () => void, host: Host | undefined) => void;
  readonly #onChange: (isUp: boolean) => void;
  #open = 0;
  #issued: FencedWork[] = [];

  /**
   * @param deliver  schedules the telling of a result as an event of the host
   * @param onChange  hears when it goes up or down
   */
  constructor(
    deliver: (kind: string, settle: () => void, host: Host | undefined) => void,
    onChange: (isUp: boolean) => void,
  ) {
    this.#deliver = deliver;
    this.#onChange = onChange;
  }

  get isUp(): boolean {
    return this.#open > 0;
  }

  run<T>(kind: string, host: Host | undefined, work: () => Promise<T>): Promise<T> {
    const entry: FencedWork = { kind, host, settle: undefined };
    this.#open += 1;
    if (this.#open === 1) this.#onChange(true);
    this.#issued.push(entry);
    return new Promise<T>((resolve, reject) => {
      const finish = async () => {
        try {
          const value = await work();
          entry.settle = () => resolve(value);
        } catch (error) {
          entry.settle = () => reject(error);
        }
        this.#open -= 1;
        if (this.#open > 0) return;
        this.#onChange(false);
        this.#deliverAll();
      };
      void finish();
    });
  }

  #deliverAll(): void {
    const finished = this.#issued;
    this.#issued = [];
    for (const { kind, settle, host } of finished)
      if (settle !== undefined) this.#deliver(kind, settle, host);
  }
}
