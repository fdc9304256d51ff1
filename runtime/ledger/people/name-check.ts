/**
 * What there is to say of names.json beside the newest records about each person. No damage: a name that the
 * records do not stand for is shown nowhere (known-names.ts). Gathered while the ledger is walked, cheaply.
 */
import type { Disk } from "@helix/platform";
import { decodeEvent, type RecordedEvent } from "../event-codec.ts";
import { LedgerOpenError } from "../open-error.ts";
import { decodeRecord } from "../record-codec.ts";
import { typeGlance } from "../type-glance.ts";
import { isCommitted, NAMES_FILE, readNamesTable } from "./names-table.ts";

/** Of PERSON_NAMED and PERSON_NAME_ERASED. */
const mayNameSomebody = typeGlance("PERSON_NAME");

export class NameCheck {
  /** By person. */
  readonly #newest = new Map<string, RecordedEvent>();

  /** To be called with each record, in order. */
  look(record: Uint8Array): void {
    if (!mayNameSomebody(record)) return;
    const event = nameEventIn(record);
    if (event !== undefined) this.#newest.set(String(event["person"]), event);
  }

  /** One line each. */
  async remarks(disk: Disk, folder: string): Promise<string[]> {
    try {
      const table = await readNamesTable(disk, folder);
      const wrong = table.filter((entry) => {
        const about = this.#newest.get(entry.person);
        return about?.type !== "PERSON_NAMED" || !isCommitted(entry, about["commitment"]);
      });
      const named = new Set(table.map(({ person }) => person));
      const gone = [...this.#newest].flatMap(([person, { type }]) =>
        type === "PERSON_NAMED" && !named.has(person) ? [person] : [],
      );
      return [
        ...wrong.map(({ person }) => `${NAMES_FILE}: no record stands for the name of ${person}`),
        ...gone.map((person) => `${NAMES_FILE} lacks the name of ${person}, which is on record`),
      ];
    } catch (error) {
      if (error instanceof LedgerOpenError) return [error.message];
      throw error;
    }
  }
}

function nameEventIn(record: Uint8Array): RecordedEvent | undefined {
  try {
    const event = decodeEvent(decodeRecord(record).body);
    return event.type === "PERSON_NAMED" || event.type === "PERSON_NAME_ERASED" ? event : undefined;
  } catch {
    // Of a later version, or not an event: it says nothing to this one.
    return undefined;
  }
}
