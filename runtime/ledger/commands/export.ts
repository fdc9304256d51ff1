import { resolve } from "node:path";
import { defineCommand, EXIT } from "@helix/cli";
import { fromUtf8 } from "../bytes.ts";
import {
  FOLDER_ARGUMENT,
  ledgerFolder,
  MARKS_OPTION,
  markFolderOf,
  orCliError,
  SELECTION_OPTIONS,
  selectionOf,
} from "./shared.ts";

export const exportCommand = defineCommand({
  name: "export",
  summary: "make an inspector's copy, with proofs and a verifier of its own",
  topic: "evidence",
  details:
    "The folder holds the records as PDF, CSV and JSON, a proof for each of them, the signed checkpoint and " +
    "verify.py, which needs Python 3 and nothing of HELIX. Without a selection the whole ledger is in it too (never " +
    "its private key); with one only what was asked for, unless --with-ledger is given.",
  arguments: FOLDER_ARGUMENT,
  options: {
    out: {
      kind: "text",
      summary: "folder for the copy, new or empty",
      value: "folder",
      default: "ledger-export",
    },
    ...SELECTION_OPTIONS,
    ...MARKS_OPTION,
    withLedger: { kind: "flag", summary: "put the whole ledger into it as well" },
    earlier: {
      kind: "text",
      summary: "a checkpoint kept elsewhere, to be proven part of this one",
      value: "file",
    },
  },
  examples: [
    {
      line: "helix ledger export ledger --out copy",
      explains: "everything; check it with: python3 copy/verify.py copy",
    },
    { line: "helix ledger export ledger --out copy --batch B-0231", explains: "one batch, and nothing else" },
  ],

  run: (input, context) =>
    orCliError(async () => {
      const { exportLedger } = await import("../export/export.ts");
      const { TORN } = await import("../export/readme.ts");
      const { disk } = context.platform;
      const folder = ledgerFolder(input.arguments.folder, context);
      const { earlier, withLedger } = input.options;
      const out = resolve(context.cwd, input.options.out);
      const selection = selectionOf(input.options);
      const summary = await exportLedger({
        folder,
        disk,
        out,
        selection,
        markFolder: markFolderOf(input.options.marks, context),
        withLedger: withLedger || Object.keys(selection).length === 0,
        earlier: earlier === undefined ? [] : [fromUtf8(await disk.readFile(resolve(context.cwd, earlier)))],
      });
      context.out.write(
        `${summary.records} records, proven under a checkpoint of ${summary.checkpointRecords}, in ${out}\n` +
          (summary.notCovered > 0
            ? `${summary.notCovered} newer ones are under no checkpoint yet and were left out\n`
            : "") +
          (summary.verdict === "TORN_TAIL" ? `${TORN}\n` : "") +
          `check: python3 ${out}/verify.py ${out}\n`,
      );
      const { files, ...counts } = summary;
      return { exitCode: EXIT.pass, result: { folder, out, files: files.length, ...counts } };
    }),
});
