/**
 * Holds every electronic signature of a ledger against the record that it names. The signatures are
 * gathered while the ledger is walked, cheaply; what they sign stands before them, so it is read again.
 */
import type { Disk } from "@helix/platform";
import { equalBytes } from "./bytes.ts";
import { decodeEvent } from "./event-codec.ts";
import { readStored } from "./read.ts";
import { decodeRecord, placeOf } from "./record-codec.ts";
import { signedBy } from "./signature.ts";
import { typeGlance } from "./type-glance.ts";

const mayBeSignature = typeGlance("ELECTRONIC_SIGNATURE");

interface Claim {
  /** Of the signature itself. */
  readonly sequence: bigint;
  readonly signed: { readonly sequence: bigint; readonly recordHash: Uint8Array };
}

export class SignatureCheck {
  readonly #claims: Claim[] = [];

  get count(): number {
    return this.#claims.length;
  }

  /** To be called with each record, in order. */
  look(record: Uint8Array): void {
    if (!mayBeSignature(record)) return;
    const signed = signedIn(record);
    if (signed !== undefined) this.#claims.push({ sequence: placeOf(record).sequence, signed });
  }

  /** The first signature that is not of the record it names; undefined when all are. */
  async firstMoved(ledger: { folder: string; disk: Disk }): Promise<bigint | undefined> {
    const { before = [], nowhere: bad = [] } = Object.groupBy(this.#claims, ({ sequence, signed }) =>
      signed.sequence >= 0n && signed.sequence < sequence ? "before" : "nowhere",
    );
    const wanted = Map.groupBy(before, ({ signed }) => signed.sequence);
    const targets = [...wanted.keys()].sort((a, b) => (a < b ? -1 : 1));
    const [from, last] = [targets[0], targets.at(-1)];
    if (from !== undefined && last !== undefined) {
      for await (const { bytes, hash } of readStored({ ...ledger, from })) {
        const { sequence } = placeOf(bytes);
        if (sequence > last) break;
        for (const claim of wanted.get(sequence) ?? []) {
          if (!equalBytes(claim.signed.recordHash, hash)) bad.push(claim);
        }
      }
    }
    return bad.map(({ sequence }) => sequence).sort((a, b) => (a < b ? -1 : 1))[0];
  }
}

function signedIn(record: Uint8Array): Claim["signed"] | undefined {
  try {
    return signedBy(decodeEvent(decodeRecord(record).body));
  } catch {
    // Of a later version, or not an event: no signature that this version could hold against anything.
    return undefined;
  }
}
