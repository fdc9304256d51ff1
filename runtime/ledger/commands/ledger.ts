import { resolve } from "node:path";
import { CliError, type CommandGroup, defineCommand, EXIT } from "@helix/cli";
import { LedgerOpenError } from "../open-error.ts";
import { verifyLedger } from "../verify.ts";
import { verificationJson, verificationText } from "./verify-report.ts";

const verify = defineCommand({
  name: "verify",
  summary: "check every record, hash, signature and checkpoint of a ledger",
  topic: "evidence",
  details:
    "Reads the folder and changes nothing; safe while HELIX is writing to it. CLEAN: all is there and fits. " +
    "TORN_TAIL: a crash left an unfinished write behind, nothing acknowledged is lost. CORRUPT: something that " +
    "was durable has changed. ROLLBACK: records that were signed for are gone. Exit code 0 when CLEAN, else 1.",
  arguments: { folder: { summary: "the ledger's folder", count: "one" } },
  examples: [{ line: "helix ledger verify runs/calm-1/ledger", explains: "check a run's ledger offline" }],

  async run(input, context) {
    const folder = resolve(context.cwd, input.arguments.folder);
    try {
      const verification = await verifyLedger({ folder, disk: context.platform.disk });
      context.out.write(`${verificationText(folder, verification)}\n`);
      return {
        exitCode: verification.verdict === "CLEAN" ? EXIT.pass : EXIT.fail,
        result: { folder, ...verificationJson(verification) },
      };
    } catch (error) {
      if (error instanceof LedgerOpenError) throw new CliError(error.message, { cause: error });
      throw error;
    }
  },
});

export const command: CommandGroup = {
  name: "ledger",
  summary: "check the audit ledger",
  topic: "evidence",
  commands: [verify],
};
