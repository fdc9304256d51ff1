import { defineCommand, EXIT, type ExitCode } from "@helix/cli";
import { PASSPHRASE_VARIABLE } from "../key-file.ts";
import type { LedgerVerdict } from "../ledger.ts";
import { FOLDER_ARGUMENT, ledgerFolder, MARKS_OPTION, markFolderOf, orCliError } from "./shared.ts";
import { verificationJson, verificationText } from "./verify-report.ts";

export const verify = defineCommand({
  name: "verify",
  summary: "check every record, hash, signature and checkpoint of a ledger",
  topic: "evidence",
  details:
    "Reads the folder and changes nothing; safe while HELIX is writing to it. CLEAN: all is there and fits. " +
    "TORN_TAIL: a crash left an unfinished write behind, nothing acknowledged is lost. CORRUPT: something that " +
    "was durable has changed, or a person's signature is not of the record that it names. ROLLBACK: records that were signed for are gone. Exit code 0 when CLEAN, 2 where a segment's " +
    "file is missing, so that it is not the whole ledger, else 1; " +
    "also 1 when a witness that --witness names has cosigned nothing of it. Signatures of other witnesses are told by name and count for nothing. " +
    `A sealed private key is not needed; with its passphrase in ${PASSPHRASE_VARIABLE} it also shows who wrote what is under no signature yet.`,
  arguments: FOLDER_ARGUMENT,
  options: {
    ...MARKS_OPTION,
    witness: { kind: "texts", summary: "key of a witness that must have cosigned it", value: "key" },
  },
  examples: [{ line: "helix ledger verify runs/calm-1/ledger", explains: "check a run's ledger offline" }],

  run: (input, context) =>
    orCliError(async () => {
      const { SEGMENT_MISSING } = await import("../verdict.ts");
      const { verifyLedger } = await import("../verify.ts");
      const { witnessKeyGiven } = await import("../witness/witness-key.ts");
      const folder = ledgerFolder(input.arguments.folder, context);
      const verification = await verifyLedger({
        folder,
        disk: context.platform.disk,
        markFolder: markFolderOf(input.options.marks, context),
        passphrase: context.env[PASSPHRASE_VARIABLE],
        witnesses: input.options.witness.map(witnessKeyGiven),
      });
      const isWitnessed = verification.witnesses.every(({ newest }) => newest !== undefined);
      const code = exitCodeOf(verification.verdict, verification.firstBad?.reason === SEGMENT_MISSING);
      context.out.write(`${verificationText(folder, verification)}\n`);
      return {
        exitCode: isWitnessed || code !== EXIT.pass ? code : EXIT.fail,
        result: { folder, ...verificationJson(verification) },
      };
    }),
});

function exitCodeOf(verdict: LedgerVerdict, isIncomplete: boolean): ExitCode {
  if (verdict === "CLEAN") return EXIT.pass;
  return isIncomplete ? EXIT.invalidInput : EXIT.fail;
}
