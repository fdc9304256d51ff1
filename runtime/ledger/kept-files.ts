/**
 * Files that the records say lie beside them: what a crash left and RECOVERY set aside, and the time-stamps of
 * TIME_STAMPED. They must still be there; what they hold is checked where the folder's files are (verify.ts,
 * anchor-check.ts). Gathered while the ledger is walked, cheaply.
 */
import { basename } from "node:path";
import { decodeEvent } from "./event-codec.ts";
import { decodeRecord, placeOf } from "./record-codec.ts";
import { typeGlance } from "./type-glance.ts";

/** Where an event names its file, and what that is. */
const KINDS = [
  { type: "RECOVERY", field: "quarantineFile", what: "the bytes set aside after a crash are gone" },
  { type: "TIME_STAMPED", field: "file", what: "the time-stamp that the record speaks of is gone" },
].map((kind) => ({ ...kind, mayBe: typeGlance(kind.type) }));

export interface KeptFile {
  /** Of the record that says so. */
  readonly sequence: bigint;
  readonly file: string;
  /** What to say when it is not there. */
  readonly reason: string;
}

export class KeptFiles {
  readonly #kept: KeptFile[] = [];

  /** To be called with each record, in order. */
  look(record: Uint8Array): void {
    for (const { type, field, what, mayBe } of KINDS) {
      if (!mayBe(record)) continue;
      const file = fileIn(record, type, field);
      if (file !== undefined) this.#kept.push({ sequence: placeOf(record).sequence, file, reason: what });
    }
  }

  /** @param files that the folder holds */
  firstMissing(files: readonly string[]): KeptFile | undefined {
    return this.#kept.find(({ file }) => !files.includes(file));
  }
}

function fileIn(record: Uint8Array, type: string, field: string): string | undefined {
  try {
    const event = decodeEvent(decodeRecord(record).body);
    const file = event.type === type ? event[field] : undefined;
    return typeof file === "string" ? basename(file) : undefined;
  } catch {
    // Of a later version, or not an event: it says nothing to this one.
    return undefined;
  }
}
