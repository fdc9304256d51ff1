/** Calls commands as the CLI would, in a folder of their own. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CliCommand, CliContext, CommandOutcome, LeafCommand } from "@helix/cli";
import { createSystemPlatform } from "@helix/platform";
import { afterAll } from "vitest";

export interface Said extends CommandOutcome {
  /** Standard output and standard error. */
  readonly said: string;
  readonly complained: string;
}

export interface Caller {
  readonly folder: string;
  /** Calls a command with the options that it would have by default, and `given`. */
  call(
    command: CliCommand,
    name: string | undefined,
    args: Record<string, string>,
    given?: Record<string, unknown>,
    around?: Partial<CliContext>,
  ): Promise<Said>;
}

/** At the top of a test file: the folder is removed after all of its tests. */
export async function caller(): Promise<Caller> {
  const folder = await mkdtemp(join(tmpdir(), "helix-twins-"));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return {
    folder,
    call: async (command, name, args, given = {}, around = {}) => {
      const leaf = (
        "commands" in command ? command.commands.find((c) => c.name === name) : command
      ) as LeafCommand;
      const defaults = Object.entries(leaf.options ?? {}).map(([key, spec]) => [
        key,
        spec.kind === "texts" ? [] : "default" in spec ? spec.default : undefined,
      ]);
      let [said, complained] = ["", ""];
      const context: CliContext = {
        version: "0.0.0",
        platform: createSystemPlatform(),
        out: { write: (text: string) => void (said += text) },
        err: { write: (text: string) => void (complained += text) },
        json: false,
        terminal: { isTty: false, columns: 80, colour: false },
        signal: new AbortController().signal,
        env: {},
        cwd: folder,
        invoke: () => Promise.reject(new Error("no other commands here")),
        ...around,
      };
      const outcome = await leaf.run(
        { arguments: args, options: { ...Object.fromEntries(defaults), ...given } },
        context,
      );
      return { ...outcome, said, complained };
    },
  };
}
