import { CliError, defineCommand, EXIT } from "@helix/cli";
import type { LedgerRecord } from "../read.ts";
import {
  FOLDER_ARGUMENT,
  ledgerFolder,
  orCliError,
  recordLine,
  recordsSignedFor,
  refuseGone,
  shownAs,
} from "./shared.ts";

const DEFAULT_LAST = 20;

export const show = defineCommand({
  name: "show",
  summary: "print a ledger's records",
  topic: "evidence",
  details:
    "Without options the last 20. With --follow it goes on with what a running HELIX writes, until Ctrl-C; it " +
    "takes no lock and disturbs nobody. With --full each record is printed as JSON.",
  arguments: FOLDER_ARGUMENT,
  options: {
    from: { kind: "integer", summary: "start with this record", value: "sequence", min: 0 },
    last: { kind: "integer", summary: "only so many, the newest", value: "count", min: 1 },
    follow: { kind: "flag", summary: "go on with new records as they come" },
    full: { kind: "flag", summary: "print each record as JSON, one per line" },
  },
  examples: [
    { line: "helix ledger show runs/calm-1/ledger --last 5", explains: "the newest five records" },
    { line: "helix ledger show /var/helix/ledger --follow", explains: "watch a running plant's audit trail" },
  ],

  run: (input, context) =>
    orCliError(async () => {
      const { readLedger } = await import("../read.ts");
      const { followLedger } = await import("../tail.ts");
      const { recordJson } = await import("../record-view.ts");
      const { disk, clock } = context.platform;
      const folder = ledgerFolder(input.arguments.folder, context);
      const { from, follow, full } = input.options;
      if (follow && context.json)
        throw new CliError("--follow has no end, so it cannot be one JSON object; use --full");
      const last = input.options.last ?? (from === undefined ? DEFAULT_LAST : undefined);
      const start = BigInt(from ?? 0);
      const kept: LedgerRecord[] = [];
      const signedFor = await recordsSignedFor(folder, disk);
      for await (const record of readLedger({ folder, disk, from: start })) {
        kept.push(record);
        if (last !== undefined && kept.length > last) kept.shift();
      }
      const shown = await shownAs({ folder, disk });
      const print = (stored: LedgerRecord) => {
        const record = shown(stored);
        context.out.write(`${full ? JSON.stringify(recordJson(record)) : recordLine(record)}\n`);
      };
      for (const record of kept) print(record);
      const next = kept.at(-1)?.sequence;
      refuseGone(folder, signedFor, next === undefined ? start : next + 1n);
      if (kept.length === 0 && from !== undefined && !follow) {
        context.out.write(`there is no record ${from} yet\n`);
      }
      if (follow) {
        const options = {
          folder,
          disk,
          clock,
          from: next === undefined ? start : next + 1n,
          signal: context.signal,
        };
        for await (const record of followLedger(options)) print(record);
      }
      return {
        exitCode: EXIT.pass,
        result: { folder, records: kept.map((record) => recordJson(shown(record))) },
      };
    }),
});
