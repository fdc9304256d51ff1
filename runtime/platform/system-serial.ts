import type { Serial, SerialConnection, SerialLine } from "@helix/hal";
import type { SerialPort } from "serialport";

/** The system's serial ports; the native binding is loaded on first use. */
export const systemSerial: Serial = {
  async open(line) {
    const { SerialPort } = await import("serialport");
    const port = new SerialPort({ ...line, autoOpen: false });
    await new Promise<void>((resolve, reject) => port.open((error) => (error ? reject(error) : resolve())));
    return new SystemSerialConnection(port, line);
  },
};

class SystemSerialConnection implements SerialConnection {
  readonly incoming: AsyncIterable<Uint8Array>;
  readonly closed: Promise<void>;
  readonly #port: SerialPort;
  readonly #line: SerialLine;

  constructor(port: SerialPort, line: SerialLine) {
    this.#port = port;
    this.#line = line;
    this.incoming = port;
    this.closed = new Promise((resolve) => port.once("close", () => resolve()));
    port.on("error", () => {});
  }

  write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#port.write(bytes, (writeError) => {
        if (writeError) reject(writeError);
        else this.#port.drain((drainError) => (drainError ? reject(drainError) : resolve()));
      });
    });
  }

  discardInput(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#port.flush((error) => {
        while (this.#port.read() !== null);
        if (error) reject(new Error(`${this.#line.path} could not be flushed`, { cause: error }));
        else resolve();
      });
    });
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#port.isOpen) this.#port.close(() => resolve());
      else resolve();
    });
  }
}
