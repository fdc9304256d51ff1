/**
 * The virtual cables as a binding of the `serialport` package, in place of its native addon.
 * Interface: @serialport/bindings-interface 1.2.
 */
import type { SerialLine } from "@helix/hal";
import type { Network } from "../network/network.ts";
import { substituteModule } from "../realm.ts";
import type { SerialBus } from "./serial-bus.ts";
import { deviceGone, type SerialEnd } from "./serial-end.ts";

interface OpenOptions {
  readonly path: string;
  readonly baudRate: number;
  readonly dataBits?: number;
  readonly parity?: string;
  readonly stopBits?: number;
}

/** From here on `serialport`, once loaded, sees the ports of the host that runs. */
export function installSerialBinding(bus: SerialBus, network: Network): void {
  const binding = {
    list: async () => bus.portsOf(network.here).map((path) => ({ path, manufacturer: "virtual" })),
    open: async (options: OpenOptions) =>
      new BindingPort(await bus.open(network.here, lineOf(options)), options),
  };
  substituteModule("@serialport/bindings-cpp", {
    autoDetect: () => binding,
    LinuxBinding: binding,
    DarwinBinding: binding,
    WindowsBinding: binding,
  });
}

function lineOf(options: OpenOptions): SerialLine {
  const { path, baudRate, dataBits = 8, parity = "none", stopBits = 1 } = options;
  return { path, baudRate, dataBits, parity, stopBits } as SerialLine;
}

interface PendingRead {
  readonly buffer: Buffer;
  readonly offset: number;
  readonly length: number;
  resolve(result: { buffer: Buffer; bytesRead: number }): void;
  reject(error: Error): void;
}

class BindingPort {
  readonly openOptions: OpenOptions;
  readonly #port: SerialEnd;
  #closed = false;
  #read: PendingRead | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(port: SerialEnd, options: OpenOptions) {
    this.#port = port;
    this.openOptions = options;
    port.onChange = () => this.#settleRead();
  }

  /** Also while the device is gone: the package closes the port itself once a read has failed. */
  get isOpen(): boolean {
    return !this.#closed;
  }

  read(buffer: Buffer, offset: number, length: number): Promise<{ buffer: Buffer; bytesRead: number }> {
    return new Promise((resolve, reject) => {
      this.#read = { buffer, offset, length, resolve, reject };
      this.#settleRead();
    });
  }

  write(bytes: Buffer): Promise<void> {
    this.#writing = this.#port.send(bytes);
    return this.#writing;
  }

  async drain(): Promise<void> {
    await this.#writing;
  }

  async flush(): Promise<void> {
    this.#port.discard();
  }

  async update({ baudRate }: { baudRate: number }): Promise<void> {
    this.#port.line = { ...this.#port.line, baudRate };
  }

  async set(): Promise<void> {}

  async get(): Promise<{ cts: boolean; dsr: boolean; dcd: boolean }> {
    return { cts: true, dsr: true, dcd: false };
  }

  async getBaudRate(): Promise<{ baudRate: number }> {
    return { baudRate: this.#port.line.baudRate };
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#port.close();
  }

  #settleRead(): void {
    const read = this.#read;
    if (read === undefined) return;
    if (this.#port.available > 0) {
      this.#read = undefined;
      const bytes = this.#port.take(read.length);
      read.buffer.set(bytes, read.offset);
      read.resolve({ buffer: read.buffer, bytesRead: bytes.length });
    } else if (!this.#port.isOpen) {
      this.#read = undefined;
      const gone = this.#port.unpluggedAt !== undefined;
      // A cancelled read is how the package knows that it closed the port itself.
      read.reject(gone ? deviceGone() : Object.assign(new Error("Canceled"), { canceled: true }));
    }
  }
}
