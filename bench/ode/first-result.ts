/** How long a person waits: from the start of the process `helix whatif` to its first result on the screen. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const HELIX = fileURLToPath(new URL("../../runtime/cli/bin/helix.mjs", import.meta.url));
const QUESTION = ["whatif", "cho-fed-batch", "--runs", "1000", "--seed", "1"];
/** Ends the table of results; the ranking follows. */
const FIRST_RESULT = /^\d+ runs in .* s, /m;

/** Seconds of wall time. @throws when it ends without a result */
export function secondsToFirstResult(): Promise<number> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(process.execPath, [HELIX, ...QUESTION], { stdio: ["ignore", "pipe", "inherit"] });
    let [said, seconds] = ["", Number.NaN];
    child.stdout.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      if (Number.isNaN(seconds) && FIRST_RESULT.test(said)) seconds = (performance.now() - start) / 1000;
    });
    child.once("error", reject);
    child.once("close", (code) => {
      if (Number.isNaN(seconds))
        reject(new Error(`helix ${QUESTION.join(" ")} ended with code ${code} and no result`));
      else resolve(seconds);
    });
  });
}
