/**
 * Electronic signatures of records (21 CFR 11.50 and 11.70): who, under which printed name, with which
 * meaning, bound to the hash of what was signed, so that a signature can be neither cut off nor moved
 * to another record. Who the signer is must have been established by whoever calls: there is no
 * login here, and the record says how it was done.
 */
import type { RecordedEvent } from "./event-codec.ts";
import type { LedgerEvent, Signer } from "./events.ts";
import type { Ledger, LedgerReceipt } from "./ledger.ts";
import type { LedgerRecord } from "./read.ts";

type Signature = Extract<LedgerEvent, { readonly type: "ELECTRONIC_SIGNATURE" }>;

/** By these a second person answers for what a first one did. */
const BY_ANOTHER: ReadonlySet<string> = new Set(["reviewed", "approved"]);

/** What was asked for is not a signature; nothing was written. */
export class SignatureRefusedError extends Error {
  override readonly name = "SignatureRefusedError";
}

/**
 * Acknowledged under a synced high-water mark (class A).
 *
 * @param record as read from this ledger
 * @param signer as somebody else has authenticated
 * @throws SignatureRefusedError; LedgerUnavailableError
 */
export function signRecord(
  ledger: Ledger,
  record: LedgerRecord,
  signer: Signer,
  { meaning, comment }: Pick<Signature, "meaning"> & Partial<Pick<Signature, "comment">>,
): Promise<LedgerReceipt> {
  for (const [field, text] of Object.entries(signer)) {
    if (text.trim() === "") throw new SignatureRefusedError(`a signature needs the signer's ${field}`);
  }
  if (BY_ANOTHER.has(meaning) && actorOf(record.event) === signer.id) {
    throw new SignatureRefusedError(
      `${signer.id} did what record ${record.sequence} says; "${meaning}" must be signed by somebody else`,
    );
  }
  const { sequence, recordHash, event } = record;
  return ledger.append(
    {
      type: "ELECTRONIC_SIGNATURE",
      signer,
      meaning,
      comment,
      signed: { sequence, type: event.type, recordHash: Uint8Array.from(Buffer.from(recordHash, "hex")) },
    },
    { durability: "A" },
  );
}

/** Who did it, or signed it. */
function actorOf(event: RecordedEvent): unknown {
  const actor = (event["actor"] ?? event["signer"]) as { readonly id?: unknown } | null | undefined;
  return actor?.id;
}

/** What a signature states of the record it signs; undefined for an event that is no signature. */
export function signedBy(event: RecordedEvent): { sequence: bigint; recordHash: Uint8Array } | undefined {
  if (event.type !== "ELECTRONIC_SIGNATURE") return undefined;
  const { sequence, recordHash } = (event["signed"] ?? {}) as Record<string, unknown>;
  // One that binds to nothing is as bad as one that binds to another record.
  if (typeof sequence !== "bigint" || !(recordHash instanceof Uint8Array)) {
    return { sequence: -1n, recordHash: new Uint8Array(0) };
  }
  return { sequence, recordHash };
}
