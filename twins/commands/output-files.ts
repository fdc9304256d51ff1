/** Files that a command is to write, looked at before it begins: an hour of runs is not lost to a misspelled folder. */
import { dirname, resolve } from "node:path";
import { type CliContext, CliError } from "@helix/cli";

/** @throws CliError where the folder is missing, or something stands there that is no file */
export async function checkOutputFiles(
  named: Readonly<Record<string, string | undefined>>,
  { platform: { disk }, cwd }: CliContext,
): Promise<void> {
  for (const [option, name] of Object.entries(named)) {
    if (name === undefined) continue;
    const path = resolve(cwd, name);
    const folder = await disk.stat(dirname(path));
    if (folder?.kind !== "folder")
      throw new CliError(`${option} ${name}: there is no folder ${dirname(path)}`, {
        advice: "make it, or name another file",
      });
    const there = await disk.stat(path);
    if (there !== undefined && there.kind !== "file")
      throw new CliError(
        `${option} ${name}: ${there.kind === "folder" ? "is a folder" : "is no plain file"}`,
        {
          advice: "name a file in a folder that can be written",
        },
      );
  }
}
