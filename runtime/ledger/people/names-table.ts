/**
 * Names of people, beside the chain and not in it (FORMAT.md section 4.4): records say ids, and names.json says whose they are.
 * A record PERSON_NAMED commits to each name under a salt, so that nobody can put another one into the table; with name
 * and salt erased, the commitment tells nothing and the chain is as it was.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Disk } from "@helix/platform";
import { fromUtf8, toHex, toUtf8 } from "../bytes.ts";
import { LedgerOpenError } from "../open-error.ts";

export const NAMES_FILE = "names.json";
const FORMAT = "helix-ledger-names/1";
const OWNER_ONLY = 0o600;
export const SALT_BYTES = 32;

/** One person's name, and what it takes to show that it is the one on record. */
export interface PersonName {
  /** As records say it: "account:curie". */
  readonly person: string;
  readonly name: string;
  /** Lower-case hex. */
  readonly salt: string;
}

/** SHA-256 over salt, id, a zero byte and name: any language has it. */
export function commitmentOf({ person, name, salt }: PersonName): Uint8Array {
  const hash = createHash("sha256").update(Buffer.from(salt, "hex")).update(person);
  return new Uint8Array(hash.update(Uint8Array.of(0)).update(name).digest());
}

export const isCommitted = (entry: PersonName, commitment: unknown): boolean =>
  commitment instanceof Uint8Array && toHex(commitmentOf(entry)) === toHex(commitment);

/** Empty where there is no table. @throws LedgerOpenError where the file is not one */
export async function readNamesTable(disk: Disk, folder: string): Promise<readonly PersonName[]> {
  const path = join(folder, NAMES_FILE);
  if ((await disk.stat(path)) === undefined) return [];
  const table = parsed(fromUtf8(await disk.readFile(path)));
  if (table !== undefined) return table;
  const message = `${path} is not a table of names; restore it, or take it away: the records do not need it`;
  throw new LedgerOpenError("damaged", folder, message);
}

/** In one step; what was in it and is not in `people` is gone from the file. */
export async function writeNamesTable(
  disk: Disk,
  folder: string,
  people: readonly PersonName[],
): Promise<void> {
  await disk.writeFile(join(folder, NAMES_FILE), toUtf8(namesText(people)), OWNER_ONLY);
}

/** The table as a file holds it. */
export const namesText = (people: readonly PersonName[]): string =>
  `${JSON.stringify({ format: FORMAT, people }, null, 1)}\n`;

function parsed(text: string): readonly PersonName[] | undefined {
  let table: { format?: unknown; people?: unknown };
  try {
    table = JSON.parse(text) as typeof table;
  } catch {
    return undefined;
  }
  const { format, people } = table ?? {};
  return format === FORMAT && Array.isArray(people) && people.every(isPersonName) ? people : undefined;
}

const isPersonName = (entry: unknown): entry is PersonName => {
  const { person, name, salt } = (entry ?? {}) as Partial<Record<keyof PersonName, unknown>>;
  return (
    typeof person === "string" &&
    typeof name === "string" &&
    typeof salt === "string" &&
    /^[0-9a-f]{64}$/.test(salt)
  );
};
