import { defineCommand, EXIT } from "@helix/cli";
import { accountName } from "@helix/platform";
import { PASSPHRASE_VARIABLE } from "../key-file.ts";
import { FOLDER_ARGUMENT, ledgerFolder, orCliError } from "./shared.ts";

export const rotateKeyCommand = defineCommand({
  name: "rotate-key",
  summary: "replace the ledger's signing key",
  topic: "evidence",
  details:
    "Old and new key both sign the change; the public history stays in ledger.policy and the old private key is removed. " +
    `HELIX must not be running on this ledger. The new key is sealed with the passphrase in ${PASSPHRASE_VARIABLE} ` +
    "when that is set.",
  arguments: FOLDER_ARGUMENT,
  options: { reason: { kind: "text", summary: "why, for the record", value: "text" } },
  examples: [
    { line: "helix ledger rotate-key /var/helix/ledger", explains: "sign with a new key from now on" },
  ],

  run: (input, context) =>
    orCliError(async () => {
      const { rotateKey } = await import("../rotate.ts");
      const { reason } = input.options;
      const folder = ledgerFolder(input.arguments.folder, context);
      const { key, previousKey } = await rotateKey({
        folder,
        ...context.platform,
        passphrase: context.env[PASSPHRASE_VARIABLE],
        rotatedBy: {
          actor: { id: `account:${accountName()}`, role: "operator" },
          ...(reason === undefined ? {} : { reason }),
        },
      });
      context.out.write(
        `${folder} is signed with a new key from now on; note it outside the folder:\n${key}\n`,
      );
      return { exitCode: EXIT.pass, result: { folder, key, previousKey } };
    }),
});
