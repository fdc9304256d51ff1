/**
 * `helix run --rig physical`, with a simulated Biostat in a process of its own standing in for the plant: the
 * rig knows of it only what helix.toml says.
 */
import { access, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RunLine, RunRecordLine } from "@helix/run-record";
import { beforeAll, describe, expect, test } from "vitest";
import { temporaryFolder } from "./testing/folder.ts";
import { helix } from "./testing/helix.ts";
import {
  BEGIN_S,
  biostatTable,
  PASSWORD,
  PASSWORD_VARIABLE,
  startPlant,
  writeHelixToml,
} from "./testing/plant.ts";

const LIMIT = 180_000;
const env = { [PASSWORD_VARIABLE]: PASSWORD };

const scenario = (
  more: { readonly schedule?: string; readonly faults?: string; readonly key?: string } = {},
) =>
  `
scenario: watch
title: Half a minute at the plant
covers: []
seed: 7
begin: ${BEGIN_S} s
duration: 30 s
plant:
  twin: cho-fed-batch
  instruments:
    ${more.key ?? "brx-07"}: { simulator: sartorius-biostat, driver: sartorius-biostat, protocol: opcua, sample: 1 s }
${more.schedule ?? ""}${more.faults ?? ""}expect:
  - { always: every-gap-is-recorded }
  - { within: 20 s, after: begin, instrument: ${more.key ?? "brx-07"}, status: Streaming }
  - { at: end, channel: ${more.key ?? "brx-07"}.temperature, between: [30, 40], unit: Cel }
  - { at: end, state: twin.viable_cell_density, between: [0, 100], unit: '10*6{cells}/mL' }
  - { always: ledger-clean }
`.trimStart();

const SCHEDULE = `schedule:
  - { at: ${BEGIN_S} s + 15 s, command: { set: brx-07.temperature, to: 36.8 Cel, rationale: test } }
`;
const FAULTS = `faults:
  - { id: high, at: ${BEGIN_S} s + 5 s, for: 5 s, on: brx-07.ph, inject: drift, rate: '1 [pH]/h' }
  - { id: kill, at: ${BEGIN_S} s + 12 s, for: 5 s, on: runtime, inject: process-killed }
`;

async function run(cwd: string, ...options: string[]) {
  const { code, stdout, stderr } = await helix(
    ["run", "watch.yaml", "--rig", "physical", "--json", ...options],
    { cwd, env },
  );
  return { code, stderr, result: stdout === "" ? undefined : JSON.parse(stdout) };
}

describe("against a stand-in for the plant", () => {
  let cwd = "";
  beforeAll(async () => {
    cwd = await temporaryFolder();
    const inoculation = new Date(Date.now() - BEGIN_S * 1000).toISOString();
    const { port } = await startPlant(cwd, { inoculation });
    await writeHelixToml(cwd, biostatTable(port), biostatTable(1, "brx-08"));
  }, LIMIT);

  test("the instruments of helix.toml are run, the scenario's alone, and judged from readings and ledger", {
    timeout: LIMIT,
  }, async () => {
    await writeFile(join(cwd, "watch.yaml"), scenario({ schedule: SCHEDULE }));
    const { code, result } = await run(cwd, "--config", "helix.toml", "--allow-commands");
    expect(result).toMatchObject({
      verdict: "pass",
      rig: "physical",
      summary: "4 of 5 expectations are met, and 1 is of what this rig cannot tell.",
      commands: [{ outcome: "acknowledged" }],
    });
    expect(code).toBe(0);
    expect(result.expectations.map(({ verdict }: { verdict: string }) => verdict)).toEqual([
      "pass",
      "pass",
      "pass",
      "not-run",
      "pass",
    ]);
    const lines = (await readFile(result.record, "utf8"))
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as RunRecordLine);
    const head = lines[0] as RunLine;
    expect(head).toMatchObject({
      rig: "physical",
      originBasis: expect.stringContaining("HELIX cannot tell a plant from a stand-in"),
      instruments: [{ key: "brx-07", origin: "physical" }],
    });
    expect(head.instruments[0]?.simulator).toBeUndefined();
    const samples = lines.filter((line) => line.kind === "sample");
    expect(samples.length).toBeGreaterThan(20);
    expect(new Set(samples.map(({ origin }) => origin))).toEqual(new Set(["physical"]));
    // The run's own ledger: the plant's is not touched.
    expect(result.ledger).toMatchObject({ verdict: "CLEAN" });
    await expect(access(join(cwd, "ledger"))).rejects.toThrow("ENOENT");
  });

  test("beside the two other rigs: where the plant diverges, and by how much", {
    timeout: LIMIT,
  }, async () => {
    await writeFile(join(cwd, "watch.yaml"), scenario({ schedule: SCHEDULE }));
    const options = ["--compare-rigs", "--config", "helix.toml", "--allow-commands", "--json"];
    const { stdout, stderr } = await helix(["run", "watch.yaml", ...options], { cwd, env });
    expect(stderr).toContain("connecting");
    const result = JSON.parse(stdout);
    expect([result.virtual.rig, result.wire.rig, result.physical.rig]).toEqual([
      "virtual",
      "wire",
      "physical",
    ]);
    const { channels, commands, gaps } = result.physicalComparison;
    const temperature = channels.find(({ channel }: { channel: string }) => channel === "brx-07.temperature");
    expect(temperature.compared).toBeGreaterThan(10);
    expect(temperature.max).toBeLessThan(5);
    expect(commands).toMatchObject([{ virtual: "acknowledged", physical: "acknowledged", same: true }]);
    expect(gaps).toMatchObject({ virtual: { gaps: 0 } });
  });

  test("no command goes out that nobody has allowed: nothing is even connected", async () => {
    await writeFile(join(cwd, "watch.yaml"), scenario({ schedule: SCHEDULE }));
    const { code, result, stderr } = await run(cwd, "--config", "helix.toml");
    expect(code).toBe(3);
    expect(result).toMatchObject({ verdict: "not-run", record: null });
    expect(stderr).toContain("brx-07: set temperature to 36.8 Cel");
    expect(stderr).toContain("--allow-commands");
  });

  test("faults of instrument and runtime are not-run there, each with its reason", async () => {
    await writeFile(join(cwd, "watch.yaml"), scenario({ faults: FAULTS }));
    const { code, result } = await run(cwd, "--config", "helix.toml", "--allow-commands", "--allow-faults");
    expect(code).toBe(3);
    expect(result).toMatchObject({ verdict: "not-run" });
    expect(result.summary).toMatch(/drift \(fault high\): \S.*; process-killed \(fault kill\): \S/);
  });

  test.each([
    ["without helix.toml", [], scenario(), "--rig physical needs the helix.toml of the plant"],
    ["with one that is not there", ["--config", "no.toml"], scenario(), "there is no "],
    [
      "with an instrument that the plant does not have",
      ["--config", "helix.toml"],
      scenario({ key: "brx-09" }),
      "has no [instruments.brx-09], which watch is about; it has brx-07, brx-08",
    ],
  ])("bad input %s is told in a line, with exit code 2", async (_what, options, text, said) => {
    await writeFile(join(cwd, "watch.yaml"), text);
    const { code, stderr } = await run(cwd, ...options);
    expect(stderr).toContain(said);
    expect(code).toBe(2);
  });
});
