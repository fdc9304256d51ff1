/** What `helix run` says of a scenario that it cannot use; the kinds of mistake are tried one by one in hil/scenario. */
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { folderWith } from "./testing/folder.ts";
import { helix } from "./testing/helix.ts";

const NAME = "partition-during-feed.yaml";
const LIBRARY = fileURLToPath(new URL(".", import.meta.resolve("@helix/scenarios")));
const GOOD = await readFile(join(LIBRARY, NAME), "utf8");

async function runWith(from: string, to: string, more: readonly string[] = []) {
  const text = GOOD.replace(from, to);
  if (text === GOOD) throw new Error(`${from} is not in the scenario`);
  const folder = await folderWith({ [NAME]: text });
  return { ...(await helix(["run", NAME, ...more], { cwd: folder })), folder, text };
}

/** line:column of the first `word`. */
function placeOf(text: string, word: string): string {
  const before = text.slice(0, text.indexOf(word)).split("\n");
  return `${before.length}:${(before.at(-1) ?? "").length + 1}`;
}

describe.each<[what: string, from: string, to: string, at: string, says: readonly string[]]>([
  ["a misspelt key", "\nseed:", "\nsed:", "sed:", ['unknown key "sed"', "did you mean seed?"]],
  ["a wrong type", "seed: 7211", "seed: lots", "lots", ['seed is "lots"', "expected a whole number"]],
  [
    "a unit of another quantity",
    "0.0022 L/h",
    "0.0022 kg",
    "0.0022 kg",
    ["`kg` measures mass", "volume flow"],
  ],
  ["an unknown simulator", "simulator: sart", "simulator: satt", "satt", ["unknown simulator"]],
  [
    "an unknown driver",
    "driver: sart",
    "driver: satt",
    "satt",
    ["unknown driver", "did you mean sartorius-biostat?"],
  ],
  [
    "an unknown channel",
    "set: brx-07.feed_rate",
    "set: brx-07.feedrate",
    "brx-07.feedrate",
    ["did you mean feed_rate?"],
  ],
  [
    "an unknown fault",
    "inject: drift",
    "inject: drfit",
    "drfit",
    ['unknown fault "drfit"', "did you mean drift?"],
  ],
  [
    "an unknown instrument",
    "on: brx-07.link",
    "on: brx-70.link",
    "brx-70",
    ['unknown instrument "brx-70"', "did you mean brx-07?"],
  ],
  [
    "an unknown state of the twin",
    "twin.viable_cell_density",
    "twin.viable_cells",
    "twin.viable_cells",
    ['unknown twin state "twin.viable_cells"', "expected one of: twin."],
  ],
  [
    "an expectation that counts from what never happens",
    "after: cut.end",
    "after: gone.end",
    "gone.end",
    ['unknown moment "gone.end"', "cut.end"],
  ],
  [
    "an expectation after the end of the run",
    "{ at: end, state",
    "{ at: 300 h, state",
    "300 h",
    ["`300 h` is outside the run"],
  ],
  [
    "an unknown invariant",
    "every-gap-is-recorded",
    "every-gap-is-recored",
    "every-gap-is-recored",
    ["did you mean every-gap-is-recorded?"],
  ],
])("%s", (_what, from, to, at, says) => {
  test("is told at its place, with exit code 2, and nothing is started", async () => {
    const { code, stdout, stderr, folder, text } = await runWith(from, to);
    expect(stderr).toMatch(new RegExp(`^${NAME}:${placeOf(text, at)}  .*\n`));
    for (const words of says) expect(stderr).toContain(words);
    expect(stderr).toMatch(/\n\nhelix: 1 problem\n$/);
    expect({ code, stdout, runs: existsSync(join(folder, "runs")) }).toEqual({
      code: 2,
      stdout: "",
      runs: false,
    });
  });
});

test("broken YAML has file, line and column, and with --json it is data", async () => {
  const { code, stdout } = await runWith("[3, 12]", "[3, 12", ["--json"]);
  expect(code).toBe(2);
  expect(JSON.parse(stdout)).toMatchObject({
    error: {
      kind: "invalid-input",
      problems: [{ file: NAME, line: 27, message: expect.stringContaining("not YAML") }],
    },
    exitCode: 2,
  });
});

test("a scenario that is not there: the nearest one is named", async () => {
  const folder = await folderWith({ [NAME]: GOOD });
  expect(await helix(["run", "partition-during-fed.yaml"], { cwd: folder })).toMatchObject({
    code: 2,
    stdout: "",
    stderr: `helix: there is no scenario partition-during-fed.yaml\n  Did you mean ${NAME}?\n`,
  });
});

describe.each<[rig: string, inject: string, more: readonly string[], says: string]>([
  [
    "wire",
    "{ id: full, at: 97 h, for: 1 min, on: runtime.disk, inject: disk-full }",
    [],
    "Rig wire cannot inject disk-full (fault full): the runtime is on the machine's own disk",
  ],
  [
    "physical",
    "{ id: cut, at: 97 h, for: 1 min, on: brx-07.plant, inject: power-cut }",
    ["--config", NAME, "--allow-commands", "--allow-faults"],
    "Rig physical cannot inject power-cut (fault cut): a real instrument is not made to",
  ],
])("a fault that rig %s cannot do", (rig, inject, more, says) => {
  test("the scenario is not run, with the reason, and that is no pass", async () => {
    // Of the library's claims, those that do not speak of its faults.
    const ownFaults = GOOD.slice(GOOD.indexOf("faults:"), GOOD.indexOf("expect:"));
    const ownExpect = GOOD.slice(GOOD.indexOf("expect:"));
    const { code, stdout, stderr, folder } = await runWith(
      ownFaults + ownExpect,
      `faults:\n  - ${inject}\nexpect:\n  - { always: one-outcome-per-command }\n`,
      ["--rig", rig, ...more, "--json"],
    );
    expect(stderr).toMatch(/^NOT-RUN {2}partition-during-feed: /);
    expect(JSON.parse(stdout)).toMatchObject({
      verdict: "not-run",
      summary: expect.stringContaining(says),
      record: null,
    });
    expect({ code, runs: existsSync(join(folder, "runs")) }).toEqual({ code: 3, runs: false });
  });
});

test.each([
  ["run --check-determinism --compare-rigs", "--check-determinism and --compare-rigs are two different runs"],
  ["run --check-determinism --allow-commands", "--config and --allow-commands are for rig physical"],
  ["run --check-determinism --rig wire", "rig wire does not repeat"],
  ["run --compare-rigs --rig wire", "--rig wire would change nothing"],
  ["campaign --systematic --shrink", "are two different things"],
  ["campaign --systematic --random-faults", "--systematic draws no faults"],
  ["campaign --systematic --seeds 3", "--systematic takes one seed"],
  ["campaign --shrink --first-seed 3", "--shrink takes one seed"],
  ["campaign --seed 3", "--seed is for --shrink and --systematic"],
  ["campaign --shrink-runs 3", "--shrink-runs is for --shrink"],
])("%s is refused: nothing that is asked for is passed over in silence", async (line, says) => {
  const folder = await folderWith({ [NAME]: GOOD });
  const [command = "", ...options] = line.split(" ");
  const { code, stdout, stderr } = await helix([command, NAME, ...options], { cwd: folder });
  expect(stderr).toContain(says);
  expect({ code, stdout, files: await readdir(folder) }).toEqual({ code: 2, stdout: "", files: [NAME] });
});
