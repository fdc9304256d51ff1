/** Which names of the table the ledger stands for: committed to by the newest record of that person, and not erased since. */
import type { Disk } from "@helix/platform";
import { loadPolicy } from "../folder.ts";
import { type LedgerRecord, readLedger } from "../read.ts";
import { isCommitted, type PersonName, readNamesTable } from "./names-table.ts";

export interface KnownName extends PersonName {
  /** Whether the ledger's records stand for it; one that they do not is shown nowhere else. */
  readonly isProven: boolean;
  /** Sequence of the newest record about it; undefined where there is none. */
  readonly record: bigint | undefined;
}

type Place = { readonly folder: string; readonly disk: Disk };

/** Reads the whole ledger where there is a table, and its policy alone where there is none. @throws LedgerOpenError */
export async function knownNames({ folder, disk }: Place): Promise<readonly KnownName[]> {
  await loadPolicy(disk, folder);
  const table = await readNamesTable(disk, folder);
  if (table.length === 0) return [];
  const newest = new Map<string, LedgerRecord>();
  for await (const record of readLedger({ folder, disk })) {
    const { type } = record.event;
    if (type === "PERSON_NAMED" || type === "PERSON_NAME_ERASED")
      newest.set(String(record.event["person"]), record);
  }
  return table.map((entry) => {
    const about = newest.get(entry.person);
    const isNamed = about?.event.type === "PERSON_NAMED";
    const isProven = isNamed && isCommitted(entry, about.event["commitment"]);
    return { ...entry, isProven, record: about?.sequence };
  });
}

/** A record with the name of whoever caused it, where that is known; it is no part of the record. */
export type NamedRecord = LedgerRecord & { readonly personName?: string };

/** Puts names to records, for showing. @throws LedgerOpenError */
export async function nameGiver(place: Place): Promise<(record: LedgerRecord) => NamedRecord> {
  const names = new Map(
    (await knownNames(place)).flatMap(({ isProven, person, name }): [string, string][] =>
      isProven ? [[person, name]] : [],
    ),
  );
  return (record) => {
    const personName = names.get(personOf(record) ?? "");
    return personName === undefined ? record : { ...record, personName };
  };
}

/** The id of the person that a record is about or by. */
export function personOf({ event }: LedgerRecord): string | undefined {
  const by = (event["actor"] ?? event["signer"]) as { readonly id?: unknown } | null | undefined;
  return typeof by?.id === "string" ? by.id : undefined;
}
