/** `helix ledger witness | make-witness`: a second site that cosigns another one's checkpoints. */
import { resolve } from "node:path";
import { CliError, defineCommand, EXIT } from "@helix/cli";
import { WITNESS_PASSPHRASE_VARIABLE as PASSPHRASE } from "../witness/witness-key.ts";
import { ledgerFolder, MARKS_OPTION, markFolderOf, orCliError, required } from "./shared.ts";

const NS_PER_S = 1_000_000_000n;

export const makeWitnessCommand = defineCommand({
  name: "make-witness",
  summary: "make a witness: a second site's key, and its memory",
  topic: "evidence",
  details:
    "Writes a folder with the private key of a witness (mode 0600, sealed with the passphrase in " +
    `${PASSPHRASE} when that is set), where it will also remember what it has seen of each ledger. It prints the ` +
    "public half: who verifies a ledger takes that with --witness. Keep the folder at the second site, and key and memory " +
    "together.",
  arguments: { folder: { summary: "a new folder for the witness", count: "one" } },
  options: {
    name: { kind: "text", summary: "name that cosigns, like an address without https://", value: "name" },
  },
  examples: [
    {
      line: "helix ledger make-witness /var/helix/witness --name lyon.example/helix-witness",
      explains: "at the second site, once",
    },
  ],
  run: (input, context) =>
    orCliError(async () => {
      const { makeWitness } = await import("../witness/witness-key.ts");
      const { disk, random } = context.platform;
      const folder = resolve(context.cwd, input.arguments.folder);
      const name = required(input.options.name, "what it is called; give --name <name>");
      const key = await makeWitness(disk, folder, name, context.env[PASSPHRASE], random);
      context.out.write(
        `${folder} is a witness. Its public half, for helix ledger verify --witness:\n${key}\n`,
      );
      return { exitCode: EXIT.pass, result: { folder, key } };
    }),
});

export const witnessCommand = defineCommand({
  name: "witness",
  summary: "cosign another site's ledger, if it continues what was seen of it",
  topic: "evidence",
  details:
    "Reads a ledger's folder, or an export of one, which need hold no records. Checks the newest checkpoint's signature and that " +
    "it continues the last one that this witness cosigned, remembers it, and prints it with the cosignature (C2SP " +
    "cosignature/v1) for helix ledger anchor --cosigned. A ledger that was cut back (ROLLBACK) or signed twice (FORK) is " +
    "refused with exit code 1, and what was seen stays. The first time, --log says whose ledger it is.",
  arguments: { folder: { summary: "a ledger's folder, or an export", count: "one" } },
  options: {
    as: { kind: "text", summary: "the witness's folder, by make-witness", value: "folder" },
    log: { kind: "text", summary: "the ledger's first key or root key, as noted", value: "key" },
    ...MARKS_OPTION,
  },
  examples: [
    {
      line: "helix ledger witness /mnt/basel/ledger --as /var/helix/witness > cosigned.txt",
      explains:
        "then at the ledger's site: helix ledger anchor ledger --cosigned cosigned.txt --witness <key>",
    },
  ],
  run: (input, context) =>
    orCliError(async () => {
      const { cosignLedger, WitnessRefusal } = await import("../witness/witness.ts");
      const { utcText } = await import("../record-view.ts");
      const { as, log, marks } = input.options;
      const folder = ledgerFolder(input.arguments.folder, context);
      const witness = resolve(context.cwd, required(as, "which witness; give --as <its folder>"));
      try {
        const { checkpoint, note, timeS, before } = await cosignLedger({
          folder,
          ...context.platform,
          markFolder: markFolderOf(marks, context),
          witness,
          passphrase: context.env[PASSPHRASE],
          log,
        });
        context.out.write(note);
        const { records, root } = checkpoint;
        const time = utcText(timeS * NS_PER_S);
        return {
          exitCode: EXIT.pass,
          result: { folder, witness, records, root, time, before: before ?? null, note },
        };
      } catch (error) {
        if (!(error instanceof WitnessRefusal)) throw error;
        throw new CliError(error.message, { exitCode: EXIT.fail, cause: error });
      }
    }),
});
