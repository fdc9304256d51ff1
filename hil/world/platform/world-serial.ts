/** A host's `Serial`, over the world's cables. */
import type { Serial, SerialConnection } from "@helix/hal";
import type { Host } from "../host.ts";
import type { SerialBus } from "../serial/serial-bus.ts";
import { deviceGone, type SerialEnd } from "../serial/serial-end.ts";

export function createWorldSerial(bus: SerialBus, host: Host): Serial {
  return { open: async (line) => new WorldSerialConnection(await bus.open(host, line)) };
}

class WorldSerialConnection implements SerialConnection {
  readonly closed: Promise<void>;
  readonly #port: SerialEnd;
  #changed = Promise.withResolvers<void>();

  constructor(port: SerialEnd) {
    this.#port = port;
    const closed = Promise.withResolvers<void>();
    this.closed = closed.promise;
    port.onChange = () => {
      if (!port.isOpen) closed.resolve();
      this.#changed.resolve();
      this.#changed = Promise.withResolvers();
    };
  }

  /** Ends when the port is closed. @throws Error with code EIO when it was unplugged */
  get incoming(): AsyncIterable<Uint8Array> {
    return this.#incoming();
  }

  write(bytes: Uint8Array): Promise<void> {
    return this.#port.send(bytes);
  }

  async discardInput(): Promise<void> {
    this.#port.discard();
  }

  async close(): Promise<void> {
    this.#port.close();
  }

  async *#incoming(): AsyncGenerator<Uint8Array> {
    for (;;) {
      if (this.#port.available > 0) yield this.#port.take(this.#port.available);
      else if (this.#port.unpluggedAt !== undefined) throw deviceGone();
      else if (!this.#port.isOpen) return;
      else await this.#changed.promise;
    }
  }
}
