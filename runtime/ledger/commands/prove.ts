import { CliError, defineCommand, EXIT } from "@helix/cli";
import { ledgerFolder, orCliError } from "./shared.ts";

export const prove = defineCommand({
  name: "prove",
  summary: "print the proof that one record is in the ledger",
  topic: "evidence",
  details:
    "A C2SP tlog-proof: the record's place, the hashes from it up to the root, and the signed checkpoint. With the " +
    "record's bytes it can be checked offline, by any verifier of such logs.",
  arguments: {
    folder: { summary: "the ledger's folder", count: "one" },
    sequence: { summary: "the record's number", count: "one" },
  },
  examples: [{ line: "helix ledger prove ledger 4711", explains: "the proof of record 4711" }],

  run: (input, context) =>
    orCliError(async () => {
      const { proveRecord } = await import("../prove-record.ts");
      const { sequence: text } = input.arguments;
      if (!/^\d{1,15}$/.test(text))
        throw new CliError(`"${text}" is not a record's number; write 0, 1, 2, ...`);
      const folder = ledgerFolder(input.arguments.folder, context);
      const proof = await proveRecord({ folder, disk: context.platform.disk, sequence: BigInt(text) });
      context.out.write(proof.text);
      return { exitCode: EXIT.pass, result: { folder, ...proof } };
    }),
});
