/**
 * What a RECOVERY record says was set aside must still be there; that it still hashes to its name is
 * checked where the folder's files are (verify.ts). Gathered while the ledger is walked, cheaply.
 */
import { toUtf8 } from "./bytes.ts";
import { decodeEvent } from "./event-codec.ts";
import { decodeRecord, placeOf } from "./record-codec.ts";

const TYPE = Buffer.from(toUtf8("RECOVERY"));

export interface SetAside {
  /** Of the record that says so. */
  readonly sequence: bigint;
  readonly file: string;
}

export class RecoveryCheck {
  readonly #aside: SetAside[] = [];

  /** To be called with each record, in order. */
  look(record: Uint8Array): void {
    if (!Buffer.from(record.buffer, record.byteOffset, record.length).includes(TYPE)) return;
    const file = quarantineFileIn(record);
    if (file !== undefined) this.#aside.push({ sequence: placeOf(record).sequence, file });
  }

  /** @param files that the folder holds */
  firstMissing(files: readonly string[]): SetAside | undefined {
    return this.#aside.find(({ file }) => !files.includes(file));
  }
}

function quarantineFileIn(record: Uint8Array): string | undefined {
  try {
    const event = decodeEvent(decodeRecord(record).body);
    const file = event.type === "RECOVERY" ? event["quarantineFile"] : undefined;
    return typeof file === "string" ? file : undefined;
  } catch {
    // Of a later version, or not an event: it says nothing to this one.
    return undefined;
  }
}
