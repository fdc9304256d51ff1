import { toHex } from "../bytes.ts";
import type { Actor } from "../events.ts";
import { loadPolicy } from "../folder.ts";
import type { Ledger } from "../ledger.ts";
import { type OpenLedgerOptions, openLedger } from "../open.ts";
import { LedgerOpenError } from "../open-error.ts";
import { readLedger } from "../read.ts";
import { commitmentOf, readNamesTable, SALT_BYTES, writeNamesTable } from "./names-table.ts";

/** Who is meant, who says so, and why. */
export interface NameOrder extends Pick<OpenLedgerOptions, "folder" | "disk" | "random"> {
  readonly person: string;
  readonly actor: Actor;
  readonly reason: string;
}

export interface NameChange extends NameOrder, OpenLedgerOptions {}

/** As `namePersonIn`, of a ledger that nobody writes. @throws LedgerOpenError, LedgerUnavailableError */
export const namePerson = (change: NameChange & { readonly name: string }): Promise<bigint> =>
  withLedger(change, (ledger) => namePersonIn(ledger, change));

/** As `eraseNameIn`, of a ledger that nobody writes. @throws LedgerOpenError, LedgerUnavailableError */
export const eraseName = (change: NameChange): Promise<bigint> =>
  withLedger(change, (ledger) => eraseNameIn(ledger, change));

/**
 * Puts a person's name into the table, in place of an older one, and a commitment to it on record. The table comes
 * first: a name that nothing stands for yet is not shown.
 *
 * @param ledger of the folder, open
 * @returns the record's sequence
 * @throws LedgerOpenError where the table is damaged; LedgerUnavailableError
 */
export async function namePersonIn(
  ledger: Pick<Ledger, "append">,
  { folder, disk, random, person, name, actor, reason }: NameOrder & { readonly name: string },
): Promise<bigint> {
  const others = (await readNamesTable(disk, folder)).filter((entry) => entry.person !== person);
  const entry = { person, name, salt: toHex(random.fork("name-salt").bytes(SALT_BYTES)) };
  await writeNamesTable(disk, folder, [...others, entry]);
  const commitment = commitmentOf(entry);
  return (await ledger.append({ type: "PERSON_NAMED", person, commitment, actor, reason })).sequence;
}

/**
 * Takes a person's name out of the table, with a record that says so by the id. The record comes first: from then on
 * the name is shown nowhere, and a repetition finishes what a crash has cut off. Signatures keep the name that they print
 * (21 CFR 11.50).
 *
 * @param ledger of the folder, open
 * @returns the record's sequence
 * @throws LedgerOpenError where the table has no name of this person; LedgerUnavailableError
 */
export async function eraseNameIn(
  ledger: Pick<Ledger, "append">,
  { folder, disk, person, actor, reason }: NameOrder,
): Promise<bigint> {
  const table = await readNamesTable(disk, folder);
  const others = table.filter((entry) => entry.person !== person);
  if (others.length === table.length)
    throw new LedgerOpenError("no-such-record", folder, `ledger ${folder} holds no name of ${person}`);
  const { sequence } = await ledger.append({ type: "PERSON_NAME_ERASED", person, actor, reason });
  await writeNamesTable(disk, folder, others);
  return sequence;
}

/** How many signatures of this person print a name. @throws LedgerOpenError */
export async function signaturesBy(
  person: string,
  { folder, disk }: Pick<NameOrder, "folder" | "disk">,
): Promise<number> {
  let count = 0;
  for await (const { event } of readLedger({ folder, disk })) {
    const signer = event["signer"] as { readonly id?: unknown } | undefined;
    if (event.type === "ELECTRONIC_SIGNATURE" && signer?.id === person) count += 1;
  }
  return count;
}

async function withLedger<T>(options: OpenLedgerOptions, work: (ledger: Ledger) => Promise<T>): Promise<T> {
  // A name does not make a ledger.
  await loadPolicy(options.disk, options.folder);
  const ledger = await openLedger(options);
  try {
    return await work(ledger);
  } finally {
    await ledger.close();
  }
}
