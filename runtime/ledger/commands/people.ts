/** `helix ledger name | names | erase-name`: whose the ids in the records are. */
import { type CliContext, defineCommand, EXIT } from "@helix/cli";
import { accountName } from "@helix/platform";
import { accountActor } from "../account-actor.ts";
import { askRunning } from "../door.ts";
import { PASSPHRASE_VARIABLE } from "../key-file.ts";
import { FOLDER_ARGUMENT, ledgerFolder, orCliError, required, requiredReason } from "./shared.ts";

const PERSON = { kind: "text", summary: "as records say it: account:curie", value: "id" } as const;
const REASON = { kind: "text", summary: "why, for the record", value: "text" } as const;

export const name = defineCommand({
  name: "name",
  summary: "say whose an id in the records is",
  topic: "evidence",
  details:
    "Records hold ids. The name goes into names.json beside them, and a salted commitment to it on record, so that " +
    "nobody can put another name there. show, search and export then show it. A running HELIX is asked to write both.",
  arguments: FOLDER_ARGUMENT,
  options: {
    person: PERSON,
    name: { kind: "text", summary: "the person's name", value: "name" },
    reason: REASON,
  },
  examples: [
    {
      line: 'helix ledger name ledger --person account:curie --name "Marie Curie" --reason "personnel file 12"',
      explains: "from now on records of this account show her name",
    },
  ],
  run: (input, context) =>
    orCliError(async () => {
      const { namePerson } = await import("../people/change-names.ts");
      const { person, name: given } = input.options;
      const change = changeOf(input.arguments.folder, input.options, context);
      const named = required(given, "the person's name; give --name");
      const asked = await askedOf(change, { do: "name", name: named });
      const sequence = asked ?? (await namePerson({ ...change, name: named }));
      context.out.write(`${person} is ${named}: record ${sequence}\n`);
      return { exitCode: EXIT.pass, result: { folder: change.folder, person, record: sequence } };
    }),
});

export const eraseName = defineCommand({
  name: "erase-name",
  summary: "take a person's name away; the records stay as they are",
  topic: "evidence",
  details:
    "For a duty to erase personal data. The name and its salt leave names.json, a record says so by the id, and verify " +
    "finds the ledger as good as before. What the person signed keeps the name that it prints, as 21 CFR 11.50 asks. Copies " +
    "and exports that were made before are not reached. A running HELIX is asked to do it.",
  arguments: FOLDER_ARGUMENT,
  options: { person: PERSON, reason: REASON },
  examples: [
    {
      line: 'helix ledger erase-name ledger --person account:curie --reason "request of 2026-11-02"',
      explains: "only the id is left",
    },
  ],
  run: (input, context) =>
    orCliError(async () => {
      const people = await import("../people/change-names.ts");
      const change = changeOf(input.arguments.folder, input.options, context);
      const { folder, person } = change;
      const asked = await askedOf(change, { do: "erase-name" });
      const sequence = asked ?? (await people.eraseName(change));
      const signatures = await people.signaturesBy(person, change);
      context.out.write(`the name of ${person} is erased: record ${sequence}\n`);
      if (signatures > 0)
        context.out.write(
          `${signatures} electronic signature(s) keep the name that they print (21 CFR 11.50)\n`,
        );
      return { exitCode: EXIT.pass, result: { folder, person, record: sequence, signatures } };
    }),
});

export const names = defineCommand({
  name: "names",
  summary: "the names that the ledger knows, and whether its records stand for them",
  topic: "evidence",
  details: "Reads only. Exit code 1 when a name in names.json is not the one that was put on record.",
  arguments: FOLDER_ARGUMENT,
  examples: [{ line: "helix ledger names ledger", explains: "who is who" }],
  run: (input, context) =>
    orCliError(async () => {
      const { knownNames } = await import("../people/known-names.ts");
      const folder = ledgerFolder(input.arguments.folder, context);
      const people = await knownNames({ folder, disk: context.platform.disk });
      for (const { person, name: known, isProven, record } of people) {
        const proof = isProven ? `record ${record}` : "NOT the name on record";
        context.out.write(`${person}  ${known}  (${proof})\n`);
      }
      if (people.length === 0) context.out.write("no names\n");
      const exitCode = people.every(({ isProven }) => isProven) ? EXIT.pass : EXIT.fail;
      const shown = people.map(({ person, name: known, isProven, record }) => ({
        person,
        name: known,
        isProven,
        record,
      }));
      return { exitCode, result: { folder, names: shown } };
    }),
});

/** @returns the record's sequence, by the HELIX that runs on this ledger; undefined where none does. @throws DoorError */
async function askedOf(
  { folder, person, reason }: ReturnType<typeof changeOf>,
  what: { readonly do: "name" | "erase-name"; readonly name?: string },
): Promise<bigint | undefined> {
  const answer = await askRunning(folder, { ...what, person, reason, account: accountName() });
  return answer && BigInt(String(answer["sequence"]));
}

function changeOf(
  folder: string,
  { person, reason }: { readonly person: string | undefined; readonly reason: string | undefined },
  context: CliContext,
) {
  return {
    ...context.platform,
    folder: ledgerFolder(folder, context),
    passphrase: context.env[PASSPHRASE_VARIABLE],
    person: required(person, "whose name; give --person <id>"),
    reason: requiredReason(reason),
    actor: accountActor("operator"),
  } as const;
}
