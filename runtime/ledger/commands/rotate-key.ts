import { resolve } from "node:path";
import { type CliContext, CliError, defineCommand, EXIT } from "@helix/cli";
import { accountActor } from "../account-actor.ts";
import { PASSPHRASE_VARIABLE } from "../key-file.ts";
import { ROOT_PASSPHRASE_VARIABLE } from "../root-key.ts";
import { FOLDER_ARGUMENT, ledgerFolder, orCliError, requiredReason } from "./shared.ts";

export const rotateKeyCommand = defineCommand({
  name: "rotate-key",
  summary: "replace the ledger's signing key",
  topic: "evidence",
  details:
    "Old and new key both sign the change; the public history stays in ledger.policy and the old private key is removed. " +
    `HELIX must not be running on this ledger. The new key is sealed with the passphrase in ${PASSPHRASE_VARIABLE} ` +
    "when that is set. A ledger that was made with a root key takes no new key without it: --root-key names its file, " +
    `opened with the passphrase in ${ROOT_PASSPHRASE_VARIABLE}. When the key in use was in other hands, --compromised ` +
    "says so and --trust how many records are trusted all the same; verify then shows the others as untrusted.",
  arguments: FOLDER_ARGUMENT,
  options: {
    reason: { kind: "text", summary: "why, for the record", value: "text" },
    rootKey: { kind: "text", summary: "file of the ledger's root key", value: "path" },
    compromised: { kind: "flag", summary: "the key in use may have been in other hands" },
    trust: {
      kind: "integer",
      summary: "then: trusted are only so many, the first",
      value: "records",
      min: 0,
    },
  },
  examples: [
    {
      line: 'helix ledger rotate-key /var/helix/ledger --reason "yearly change"',
      explains: "sign with a new key from now on",
    },
    {
      line: 'helix ledger rotate-key /var/helix/ledger --root-key /media/safe/root.key --compromised --trust 4711 --reason "laptop stolen"',
      explains: "the key was stolen; what came after the first 4711 records is not trusted",
    },
  ],

  run: (input, context) =>
    orCliError(async () => {
      const { rotateKey } = await import("../rotate.ts");
      const { rootKey, compromised, trust } = input.options;
      const reason = requiredReason(input.options.reason);
      if (compromised !== (trust !== undefined)) {
        throw new CliError(
          "--compromised and --trust go together: how many records are trusted all the same?",
        );
      }
      const folder = ledgerFolder(input.arguments.folder, context);
      const { key, previousKey } = await rotateKey({
        folder,
        ...context.platform,
        passphrase: context.env[PASSPHRASE_VARIABLE],
        root: rootKey === undefined ? undefined : rootFile(rootKey, context),
        trustedRecords: trust === undefined ? undefined : BigInt(trust),
        rotatedBy: { actor: accountActor("operator"), reason },
      });
      context.out.write(
        `${folder} is signed with a new key from now on; note it outside the folder:\n${key}\n`,
      );
      return { exitCode: EXIT.pass, result: { folder, key, previousKey } };
    }),
});

const rootFile = (path: string, { cwd, env }: CliContext) => ({
  file: resolve(cwd, path),
  passphrase: env[ROOT_PASSPHRASE_VARIABLE],
});
