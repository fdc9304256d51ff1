import { resolve } from "node:path";
import { CliError, defineCommand, EXIT } from "@helix/cli";
import { accountActor } from "../account-actor.ts";
import { PASSPHRASE_VARIABLE } from "../key-file.ts";
import { FOLDER_ARGUMENT, ledgerFolder, orCliError } from "./shared.ts";

export const moveMarksCommand = defineCommand({
  name: "move-marks",
  summary: "keep the ledger's high-water marks in another folder from now on",
  topic: "evidence",
  details:
    "On another device than the ledger they tell when an older copy of its folder was put back. HELIX must not be running on " +
    "this ledger. --to names a folder that is there; where the marks stand in it already, since their device is mounted " +
    "elsewhere now, they count; the ledger's own folder brings them home. When the device is dead, --lost goes on without: every record is " +
    "checked, and that the marks were lost, by whom it was said and why, is a record itself. What they would have shown is gone: " +
    "compare the records that are left with a checkpoint or a time-stamp kept elsewhere.",
  arguments: FOLDER_ARGUMENT,
  options: {
    to: { kind: "text", summary: "the folder for the marks", value: "folder" },
    reason: { kind: "text", summary: "why, for the record", value: "text" },
    lost: { kind: "flag", summary: "the marks cannot be read any more, by nobody" },
  },
  examples: [
    {
      line: "helix ledger move-marks ledger --to /mnt/second/marks --reason 'a device of their own'",
      explains: "from the ledger's folder to a second device",
    },
    {
      line: "helix ledger move-marks ledger --to /mnt/third/marks --lost --reason 'the second disk is dead'",
      explains: "go on, on record, without the marks that are lost",
    },
  ],

  run: (input, context) =>
    orCliError(async () => {
      const { moveMarks } = await import("../move-marks.ts");
      const { to, reason, lost } = input.options;
      if (to === undefined)
        throw new CliError("where do the marks go? name a folder that is there with --to");
      if (reason === undefined || reason.trim() === "") {
        throw new CliError('the record of this says why; give --reason "<why>"');
      }
      const folder = ledgerFolder(input.arguments.folder, context);
      const markFolder = resolve(context.cwd, to);
      const { records, root } = await moveMarks({
        folder,
        ...context.platform,
        passphrase: context.env[PASSPHRASE_VARIABLE],
        move: { to: markFolder, lost, reason, actor: accountActor("operator") },
      });
      const compare = lost
        ? "; compare that with a checkpoint kept elsewhere: the lost marks may have counted more"
        : "";
      context.out.write(
        `the marks of ${folder} are in ${markFolder} from now on, for ${records} records with root ${root}${compare}\n`,
      );
      return { exitCode: EXIT.pass, result: { folder, markFolder, lost, records: records.toString(), root } };
    }),
});
