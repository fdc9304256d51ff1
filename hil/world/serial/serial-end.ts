/** An open serial port: what has arrived and waits to be read, and who waits for it. */
import type { SerialLine } from "@helix/hal";
import type { Kernel } from "../kernel/kernel.ts";
import type { Cable, End } from "./cable.ts";

/** What the driver keeps of input that nobody reads; the rest is lost (Linux n_tty). */
const INPUT_BYTES = 4096;

export class SerialEnd {
  line: SerialLine;
  isOpen = true;
  /** Called when bytes have arrived, and when the port has gone. */
  onChange: () => void = () => {};
  unpluggedAt: number | undefined = undefined;
  readonly #kernel: Kernel;
  readonly #cable: Cable;
  readonly #end: End;
  #input: Uint8Array[] = [];
  #inputBytes = 0;

  constructor(kernel: Kernel, cable: Cable, end: End, line: SerialLine) {
    this.#kernel = kernel;
    this.#cable = cable;
    this.#end = end;
    this.line = line;
    cable.hold(end, this);
  }

  get available(): number {
    return this.#inputBytes;
  }

  /** Takes at most `most` bytes. */
  take(most: number): Uint8Array {
    const all = Buffer.concat(this.#input);
    const taken = all.subarray(0, most);
    const rest = all.subarray(most);
    this.#input = rest.length > 0 ? [rest] : [];
    this.#inputBytes = rest.length;
    return taken;
  }

  discard(): void {
    this.#input = [];
    this.#inputBytes = 0;
  }

  receive(bytes: Uint8Array): void {
    if (this.#inputBytes + bytes.length > INPUT_BYTES) {
      this.#kernel.noteText("overrun", String(bytes.length));
      return;
    }
    this.#input.push(bytes);
    this.#inputBytes += bytes.length;
    this.onChange();
  }

  /** Resolves when the bytes are on the line. @throws Error with code EIO when the port has gone */
  send(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      if (!this.isOpen) return reject(Object.assign(new Error("Port is not open"), { code: "EBADF" }));
      const doneUs = this.#cable.send(this.#end, bytes, this.line);
      this.#kernel.at(doneUs, "sent", () => (this.isOpen ? resolve() : reject(deviceGone())));
    });
  }

  close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.#cable.release(this.#end);
    this.onChange();
  }

  unplugged(): void {
    this.unpluggedAt = this.#kernel.nowUs;
    this.close();
  }
}

export function deviceGone(): Error {
  return Object.assign(new Error("device disconnected"), { code: "EIO" });
}
