/**
 * `npm run library`: every scenario of the library twice in the virtual world, the second time under
 * other conditions; each must pass and repeat event by event.
 */
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { checkLibrary } from "@helix/hil";
import { createSystemPlatform } from "@helix/platform";

const folder = fileURLToPath(new URL("../scenarios", import.meta.url));
const begun = performance.now();
const seconds = () => ((performance.now() - begun) / 1000).toFixed(0);
let count = 0;
const isWell = await checkLibrary({
  folder,
  platform: createSystemPlatform(),
  // A world takes up to 3 GB: more at a time only where there is room.
  atOnce: Math.min(2, availableParallelism()),
  onChecked({ scenario, ok, text, events, cpuSeconds }) {
    count += 1;
    const figures = `${events} events, CPU ${cpuSeconds.map((s) => `${s.toFixed(1)} s`).join(" + ")}`;
    console.log(`${ok ? "SAME, PASS" : "WRONG     "}  ${scenario} (${figures}, after ${seconds()} s)`);
    if (!ok) console.log(text.replaceAll(/^/gm, "    "));
  },
});
console.log(
  `library: ${count} scenarios, each run twice: ${isWell ? "all well" : "NOT WELL"}, ${seconds()} s`,
);
process.exitCode = isWell ? 0 : 1;
