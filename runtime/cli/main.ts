/** Ties `helix` to the process it runs in. bin/helix.mjs has seen to the right Node before. */
import { fileURLToPath } from "node:url";
import { createSystemPlatform } from "@helix/platform";
import type { Terminal, Writer } from "./command.ts";
import { reportError } from "./error-report.ts";
import { runProgram } from "./program.ts";

const DEFAULT_COLUMNS = 80;

/** Runs the process's command line, then ends the process, whatever a command left open. */
export async function main(): Promise<never> {
  const { env } = process;
  process.on("uncaughtException", (error) => {
    const report = reportError(error, { colour: false, debug: env["HELIX_DEBUG"] === "1" });
    process.stderr.write(report.text, () => process.exit(report.exitCode));
  });
  const code = await runProgram(process.argv.slice(2), {
    platform: createSystemPlatform(),
    root: fileURLToPath(new URL("../..", import.meta.url)),
    stdout: writerTo(process.stdout),
    stderr: writerTo(process.stderr),
    process,
    env,
    cwd: process.cwd(),
  });
  await Promise.all([written(process.stdout), written(process.stderr)]);
  process.exit(code);
}

function writerTo(stream: NodeJS.WriteStream): Writer & { terminal: Terminal } {
  // The reader of a pipe may leave early (`helix --help | head`): nobody is left to tell.
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit();
  });
  return {
    write: (text) => {
      stream.write(text);
    },
    terminal: {
      isTty: stream.isTTY === true,
      get columns() {
        return stream.columns ?? DEFAULT_COLUMNS;
      },
      colour: wantsColour(stream),
    },
  };
}

/** no-color.org, and what Node itself does with FORCE_COLOR. */
function wantsColour(stream: NodeJS.WriteStream): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  if (NO_COLOR !== undefined && NO_COLOR !== "") return false;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== "0") return true;
  return stream.isTTY === true && TERM !== "dumb";
}

/** Resolves when all that was written has left the process. */
const written = (stream: NodeJS.WriteStream) =>
  new Promise<void>((resolve) => stream.write("", () => resolve()));
