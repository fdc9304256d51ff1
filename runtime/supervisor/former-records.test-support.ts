/** Records of former runs, as a ledger would hand them out. */
import type { LedgerEvent, LedgerRecord } from "@helix/ledger";

/** Record n is of second n since 1970. */
export function recordOf(event: LedgerEvent, sequence: bigint, bootId: string): LedgerRecord {
  return {
    sequence,
    utcNs: sequence * 1_000_000_000n,
    monotonicNs: 0n,
    bootId,
    eventId: "",
    durability: "B",
    recordHash: "",
    zoneMinutes: 0,
    clockQuality: "not-stated",
    origin: "simulated",
    schema: 1,
    event: { ...event },
    file: "",
    offset: 0,
  };
}
