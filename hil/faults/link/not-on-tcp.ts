/**
 * Faults that exist on a network and that no application behind TCP can ever see: they are in the
 * catalogue so that a scenario that asks for them is told why it cannot have them.
 */
import type { FaultKind } from "../fault-kind.ts";

const notOnTcp = (name: string, effect: string, because: string): FaultKind => ({
  name,
  effect,
  target: "link",
  parameters: {},
  rigs: [],
  unable: { virtual: because, wire: because, physical: because },
  receipt: "none",
  pace: "real",
  falsifies: "nothing",
  begin(fault) {
    throw new Error(`fault ${fault.id}: ${because}`);
  },
  driverSaw: () => undefined,
});

export const reorder = notOnTcp(
  "reorder",
  "segments arrive in another order",
  "every protocol here runs over TCP, which puts segments in order again; what is left of it is jitter",
);

export const duplicate = notOnTcp(
  "duplicate",
  "segments arrive twice",
  "every protocol here runs over TCP, which drops a segment that it has had; nothing is left of it",
);
