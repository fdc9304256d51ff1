/**
 * One direction of a proxied connection: bytes go through in order, with backpressure, and are held
 * while the gate is closed.
 */
import type { Connection } from "@helix/hal";
import type { Gate } from "./gate.ts";

/** Bytes that one direction takes in while held; then the sender must wait, as on a real network. */
export const MOST_BYTES_HELD = 1 << 20;

/** Counts what a closed gate held back. */
export interface HeldCount {
  bytes: number;
}

type Item = Uint8Array | "end" | "reset";

/**
 * Carries bytes from `from` to `to` until either is gone. Never rejects: an end goes on as an end,
 * a reset as a reset, both after the bytes before them.
 *
 * @param count called at each hold; the counter of the fault in force
 */
export async function pipe(
  from: Connection,
  to: Promise<Connection>,
  gate: Gate,
  count: () => HeldCount | undefined,
): Promise<void> {
  const queue: Item[] = [];
  let queuedBytes = 0;
  let wake = Promise.withResolvers<void>();
  const stir = () => {
    wake.resolve();
    wake = Promise.withResolvers<void>();
  };
  // What is on its way when the gate closes is held too.
  const stopCounting = gate.onClose(() => addHeld(queuedBytes));
  const addHeld = (bytes: number) => {
    const held = count();
    if (held) held.bytes += bytes;
  };

  async function takeIn(): Promise<void> {
    let last: Item = "end";
    try {
      for await (const chunk of from.incoming) {
        queue.push(chunk);
        queuedBytes += chunk.length;
        if (gate.isClosed) addHeld(chunk.length);
        stir();
        while (queuedBytes >= MOST_BYTES_HELD) await wake.promise;
      }
    } catch {
      // The sender has reset the connection: that, too, is passed on.
      last = "reset";
    }
    queue.push(last);
    stir();
  }

  async function passOn(): Promise<void> {
    for (;;) {
      while (queue.length === 0) await wake.promise;
      // Both at once: where there will be no receiver, an open gate is not worth waiting for.
      const [target] = await Promise.all([to, gate.passable()]);
      if (gate.isClosed) continue;
      const item = queue[0] as Item;
      if (item === "reset") return target.reset();
      if (item === "end") return target.end();
      await target.write(item);
      queue.shift();
      queuedBytes -= item.length;
      stir();
    }
  }

  const reading = takeIn();
  try {
    await passOn();
  } catch {
    // The receiver is gone (or never came): the sender must learn of it.
    from.reset();
    queuedBytes = 0;
    stir();
  }
  await reading;
  stopCounting();
}
