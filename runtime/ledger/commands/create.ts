import { resolve } from "node:path";
import { CliError, defineCommand, EXIT } from "@helix/cli";
import { PASSPHRASE_VARIABLE } from "../key-file.ts";
import { FOLDER_ARGUMENT, ledgerFolder, orCliError } from "./shared.ts";

export const create = defineCommand({
  name: "create",
  summary: "make an empty ledger, with an offline root key or marks on another device",
  topic: "evidence",
  details:
    "helix up makes its ledger by itself; this is for one whose key may only be replaced with the signature of a root " +
    "key that is kept elsewhere, or whose high-water marks stand on another device (--mark-folder, a folder that is there): " +
    "an older copy of the ledger that is put back is then told as ROLLBACK. --sector-bytes 512 is for a device that writes sectors of 512 bytes: at one record a second it takes 16 GB " +
    "a year, not 129. Prints the ledger's own key: note it, and the root key, outside the folder. The ledger's " +
    `key is sealed with the passphrase in ${PASSPHRASE_VARIABLE} when that is set.`,
  arguments: FOLDER_ARGUMENT,
  options: {
    rootKey: { kind: "text", summary: "the line that make-root-key printed", value: "key" },
    markFolder: {
      kind: "text",
      summary: "keeps its high-water marks there, on another device",
      value: "folder",
    },
    sectorBytes: {
      kind: "text",
      summary: "what a write on its device may tear",
      value: "bytes",
      choices: ["512", "4096"],
      default: "4096",
    },
    origin: { kind: "text", summary: "name that signs, helix/<site>/<system>", value: "name" },
  },
  examples: [
    {
      line: "helix ledger create /var/helix/ledger --root-key helix/root+1c0ffee1+AQ...",
      explains: "a ledger under an offline root key",
    },
  ],

  run: (input, context) =>
    orCliError(async () => {
      const { openLedger } = await import("../open.ts");
      const { verifyLedger } = await import("../verify.ts");
      const folder = ledgerFolder(input.arguments.folder, context);
      const { disk } = context.platform;
      // What is no folder at all, the opening refuses.
      if ((await disk.stat(folder))?.kind === "folder" && (await disk.list(folder)).length > 0) {
        throw new CliError(`${folder} is not empty; name a folder that is, or that is not there yet`);
      }
      const { rootKey, origin, markFolder, sectorBytes } = input.options;
      const ledger = await openLedger({
        folder,
        ...context.platform,
        rootKey,
        sectorBytes: sectorBytes === "512" ? 512 : 4096,
        ...(markFolder === undefined ? {} : { marks: { folder: resolve(context.cwd, markFolder) } }),
        ...(origin === undefined ? {} : { origin }),
        passphrase: context.env[PASSPHRASE_VARIABLE],
      });
      await ledger.close();
      const { verifierKey } = await verifyLedger({ folder, disk });
      context.out.write(`${folder} is an empty ledger; note its key outside the folder:\n${verifierKey}\n`);
      return { exitCode: EXIT.pass, result: { folder, key: verifierKey, rootKey: rootKey ?? null } };
    }),
});
