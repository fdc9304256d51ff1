import { defineCommand, EXIT } from "@helix/cli";
import {
  FOLDER_ARGUMENT,
  ledgerFolder,
  orCliError,
  recordLine,
  recordsSignedFor,
  refuseGone,
  SELECTION_OPTIONS,
  selectionOf,
  shownAs,
} from "./shared.ts";

export const search = defineCommand({
  name: "search",
  summary: "find records by who, what, when, why, instrument or batch",
  topic: "evidence",
  details:
    "All that is given must hold. Texts are found anywhere in the field, whatever their case. Every record is checked " +
    "against its batch and chain as it is read.",
  arguments: FOLDER_ARGUMENT,
  options: SELECTION_OPTIONS,
  examples: [
    { line: "helix ledger search ledger --who curie --since 2026-11-01", explains: "what one person did" },
    {
      line: "helix ledger search ledger --what COMMAND_INTENT --instrument brx-07",
      explains: "every command to it",
    },
  ],

  run: (input, context) =>
    orCliError(async () => {
      const { readLedger } = await import("../read.ts");
      const { isSelected } = await import("../search.ts");
      const { recordJson } = await import("../record-view.ts");
      const folder = ledgerFolder(input.arguments.folder, context);
      const selection = selectionOf(input.options);
      const found = [];
      const types = new Set<string>();
      let searched = 0;
      const { disk } = context.platform;
      const shown = await shownAs({ folder, disk });
      const signedFor = await recordsSignedFor(folder, disk);
      for await (const stored of readLedger({ folder, disk })) {
        const record = shown(stored);
        searched += 1;
        types.add(record.event.type);
        if (!isSelected(record, selection)) continue;
        context.out.write(`${recordLine(record)}\n`);
        if (context.json) found.push(recordJson(record));
        else found.push(undefined);
      }
      context.out.write(`${found.length} of ${searched} records\n`);
      refuseGone(folder, signedFor, BigInt(searched));
      if (found.length === 0 && selection.what !== undefined) {
        context.out.write(`types in this ledger: ${[...types].toSorted().join(", ")}\n`);
      }
      return { exitCode: EXIT.pass, result: { folder, searched, records: found } };
    }),
});
