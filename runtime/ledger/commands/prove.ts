import { type CliContext, CliError, type CommandOutcome, defineCommand, EXIT } from "@helix/cli";
import { ledgerFolder, MARKS_OPTION, markFolderOf, orCliError } from "./shared.ts";

export const prove = defineCommand({
  name: "prove",
  summary: "print the proof that a record is in it, or that it has only grown",
  topic: "evidence",
  details:
    "A C2SP tlog-proof: the record's place, the hashes from it up to the root, and the signed checkpoint. With the " +
    "record's bytes it can be checked offline, by any verifier of such logs. With --since, what any C2SP witness is sent " +
    "(tlog-witness, add-checkpoint): that the newest checkpoint continues the first so many records.",
  arguments: {
    folder: { summary: "the ledger's folder", count: "one" },
    sequence: { summary: "the record's number", count: "optional" },
  },
  options: {
    since: {
      kind: "integer",
      summary: "how many records the witness has cosigned",
      value: "records",
      min: 0,
    },
    ...MARKS_OPTION,
  },
  examples: [
    { line: "helix ledger prove ledger 4711", explains: "the proof of record 4711" },
    { line: "helix ledger prove ledger --since 4000", explains: "for a witness that knows the first 4000" },
  ],

  run: (input, context) =>
    orCliError(async () => {
      const { sequence: text } = input.arguments;
      const { since, marks } = input.options;
      if ((text === undefined) === (since === undefined))
        throw new CliError("prove what? name a record's number, or give --since <records>, and not both");
      if (text === undefined) return await growth(input.arguments.folder, since ?? 0, marks, context);
      const { proveRecord } = await import("../prove-record.ts");
      if (!/^\d{1,15}$/.test(text))
        throw new CliError(`"${text}" is not a record's number; write 0, 1, 2, ...`);
      const folder = ledgerFolder(input.arguments.folder, context);
      const proof = await proveRecord({ folder, disk: context.platform.disk, sequence: BigInt(text) });
      context.out.write(proof.text);
      return { exitCode: EXIT.pass, result: { folder, ...proof } };
    }),
});

async function growth(
  given: string,
  since: number,
  marks: string | undefined,
  context: CliContext,
): Promise<CommandOutcome> {
  const { witnessRequest } = await import("../prove-growth.ts");
  const folder = ledgerFolder(given, context);
  const place = { folder, disk: context.platform.disk, markFolder: markFolderOf(marks, context) };
  const { text } = await witnessRequest(place, BigInt(since));
  context.out.write(text);
  return { exitCode: EXIT.pass, result: { folder, since, text } };
}
