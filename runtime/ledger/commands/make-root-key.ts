import { resolve } from "node:path";
import { defineCommand, EXIT } from "@helix/cli";
import { makeRootKey, ROOT_PASSPHRASE_VARIABLE } from "../root-key.ts";
import { orCliError } from "./shared.ts";

const DEFAULT_NAME = "helix/root";

export const makeRootKeyCommand = defineCommand({
  name: "make-root-key",
  summary: "make an offline root key, for ledgers to come",
  topic: "evidence",
  details:
    "Writes the private key to a new file with mode 0600, sealed with the passphrase in " +
    `${ROOT_PASSPHRASE_VARIABLE} when that is set, and prints the line that helix ledger create takes. Keep the file away ` +
    "from the machine that writes the ledger: only rotate-key asks for it.",
  arguments: { file: { summary: "where to write the private key", count: "one" } },
  options: { name: { kind: "text", summary: `name of the key (default: ${DEFAULT_NAME})`, value: "name" } },
  examples: [{ line: "helix ledger make-root-key /media/safe/root.key", explains: "on a device of its own" }],

  run: (input, context) =>
    orCliError(async () => {
      const { disk, random } = context.platform;
      const file = resolve(context.cwd, input.arguments.file);
      const name = input.options.name ?? DEFAULT_NAME;
      const key = await makeRootKey(disk, file, name, context.env[ROOT_PASSPHRASE_VARIABLE], random);
      context.out.write(`${file} holds a root key; keep it offline. Its public half:\n${key}\n`);
      return { exitCode: EXIT.pass, result: { file, key } };
    }),
});
