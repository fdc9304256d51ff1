/**
 * One direction of a proxied connection: bytes go through in order, with backpressure, and are held
 * while the gate is closed. How long they take and what becomes of them is the link's flow (link-flow.ts).
 */
import type { Connection } from "@helix/hal";
import type { Gate } from "./gate.ts";
import type { LinkFlow, Ticket } from "./link-flow.ts";

/** Bytes that one direction takes in while held; then the sender must wait, as on a real network. */
export const MOST_BYTES_HELD = 1 << 20;

/** Counts what a closed gate held back. */
export interface HeldCount {
  bytes: number;
}

interface Item {
  readonly what: Uint8Array | "end" | "reset";
  readonly ticket: Ticket;
}

export interface PipeOptions {
  readonly gate: Gate;
  readonly flow: LinkFlow;
  /** Called at each hold; the counter of the fault in force. */
  readonly count: () => HeldCount | undefined;
  /** True when the farewell of a sender that is gone must not be passed on. */
  readonly keepsQuiet: () => boolean;
  /** Breaks the connection at both ends, as a fault asks for. */
  readonly breakUp: () => void;
}

/**
 * Carries bytes from `from` to `to` until either is gone. Never rejects: an end goes on as an end,
 * a reset as a reset, both after the bytes before them.
 */
export async function pipe(
  from: Connection,
  to: Promise<Connection>,
  { gate, flow, count, keepsQuiet, breakUp }: PipeOptions,
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
    let last: "end" | "reset" = "end";
    try {
      for await (const chunk of from.incoming) {
        queue.push({ what: chunk, ticket: flow.take(chunk.length) });
        queuedBytes += chunk.length;
        if (gate.isClosed) addHeld(chunk.length);
        stir();
        while (queuedBytes >= MOST_BYTES_HELD) await wake.promise;
      }
    } catch {
      // The sender has reset the connection: that, too, is passed on.
      last = "reset";
    }
    queue.push({ what: last, ticket: flow.take(0) });
    stir();
  }

  async function passOn(): Promise<void> {
    for (;;) {
      while (queue.length === 0) await wake.promise;
      // Both at once: where there will be no receiver, an open gate is not worth waiting for.
      const [target] = await Promise.all([to, gate.passable()]);
      if (gate.isClosed) continue;
      const { what, ticket } = queue[0] as Item;
      await flow.due(ticket);
      if (gate.isClosed) continue;
      if (typeof what === "string") {
        if (keepsQuiet()) return;
        return what === "reset" ? target.reset() : target.end();
      }
      const { pieces, gapUs, thenReset } = flow.leave(what, ticket);
      for (const piece of pieces) {
        await target.write(piece);
        if (gapUs > 0) await flow.pause(gapUs);
      }
      if (thenReset) return breakUp();
      queue.shift();
      queuedBytes -= what.length;
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
