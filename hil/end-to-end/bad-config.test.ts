/** What `helix up` says of a helix.toml that it cannot use. Kinds of mistake; each of them is told once and in full. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { folderWith } from "./testing/folder.ts";
import { helix, startHelix, survivors } from "./testing/helix.ts";
import { BIOSTAT_DRIVER } from "./testing/plant.ts";

const GOOD = `[instruments.brx-07]
driver_library = "${BIOSTAT_DRIVER}"

[instruments.brx-07.config]
host = "127.0.0.1"
protocol = "OpcUa"
`;

/** `helix up` with GOOD after one change. */
async function upWith(change: (text: string) => string, more: readonly string[] = []) {
  const text = change(GOOD);
  if (text === GOOD) throw new Error("the change changes nothing");
  const folder = await folderWith({ "helix.toml": text });
  const up = startHelix(["up", ...more], { cwd: folder });
  const ended = await up.ended;
  return { ...ended, folder, left: survivors(up.pid) };
}

const replaced = (from: string, to: string) => (text: string) => text.replace(from, to);

const MISTAKES: readonly [
  what: string,
  change: (text: string) => string,
  place: string,
  says: readonly string[],
][] = [
  [
    "a misspelt key",
    replaced("driver_library", "driver_libary"),
    "2:1",
    ['unknown key "driver_libary" in "instruments.brx-07"', "did you mean driver_library?"],
  ],
  [
    "an unknown table",
    (text) => `${text}\n[telemetry_store]\nfolder = "x"\n`,
    "8:1",
    ['unknown key "telemetry_store"', "expected one of: instruments, ledger, pki, drivers, ring"],
  ],
  [
    "a wrong type",
    replaced("\n\n", '\nauto_connect = "yes"\n\n'),
    "3:16",
    ['instruments.brx-07.auto_connect is "yes"', "expected true or false"],
  ],
  [
    "a unit of another quantity",
    replaced("\n\n", '\nhealth_check_interval_seconds = "30 Cel"\n\n'),
    "3:33",
    ['"30 Cel" is in a unit of temperature, not of time'],
  ],
  [
    "a misspelt key of the driver's own",
    (text) => `${text}por = 4840\n`,
    "7:1",
    ['unknown key "por"', "did you mean port?"],
  ],
  [
    "a misspelt word of the driver's own",
    replaced("OpcUa", "OpcAu"),
    "6:12",
    ['protocol is "OpcAu"', "expected one of: OpcUa, DcuProprietary, ModbusTcp", "did you mean OpcUa?"],
  ],
  [
    "a driver package that is not installed",
    replaced(BIOSTAT_DRIVER, "@helix/driver-sartorius-bostat"),
    "2:18",
    ["there is no driver @helix/driver-sartorius-bostat", "did you mean @helix/driver-sartorius-biostat?"],
  ],
  [
    "a driver file that is not there",
    replaced(BIOSTAT_DRIVER, BIOSTAT_DRIVER.replace("index.ts", "indx.ts")),
    "2:18",
    ["there is no driver at", `did you mean ${BIOSTAT_DRIVER}?`],
  ],
  [
    "a module that is no driver",
    replaced(BIOSTAT_DRIVER, BIOSTAT_DRIVER.replace("index.ts", "config.ts")),
    "2:18",
    ["does not export helixDriverManifest", "expected a HELIX driver"],
  ],
  [
    "two instruments that nothing tells apart",
    (text) => `${text}\n${text.replaceAll("brx-07", "brx-08")}`,
    "8:1",
    ['instruments "brx-07" and "brx-08" have the same id, sartorius:biostat-b:127.0.0.1', "serial_number"],
  ],
  ["broken TOML", replaced("[instruments.brx-07]", "[instruments.brx-07"), "1:20", ["not TOML"]],
  ["a password in the file", (text) => `${text}password = "hunter2"\n`, "7:1", ["password_env_var"]],
];

describe.each(MISTAKES)("%s", (_what, change, place, says) => {
  test("is told at its place, with exit code 2 and nothing left behind", async () => {
    const { code, stdout, stderr, folder, left } = await upWith(change);
    expect(stderr).toMatch(new RegExp(`^${join(folder, "helix.toml")}:${place}  .*\n`));
    for (const text of says) expect(stderr).toContain(text);
    // One block for one problem, and nothing else.
    expect(stderr.match(/helix\.toml:\d+:\d+ {2}/g)).toHaveLength(1);
    expect(stderr).toMatch(/\n\nhelix: 1 problem\n$/);
    expect({ code, stdout, left }).toEqual({ code: 2, stdout: "", left: [] });
    expect(stderr).not.toContain("hunter2");
  });
});

test("with --json the problem is data, alone on standard output", async () => {
  const { code, stdout, folder } = await upWith(replaced("driver_library", "driver_libary"), ["--json"]);
  expect(code).toBe(2);
  expect(JSON.parse(stdout)).toMatchObject({
    error: {
      kind: "invalid-input",
      problems: [{ file: join(folder, "helix.toml"), line: 2, column: 1, suggestion: "driver_library" }],
    },
    exitCode: 2,
  });
});

test("a helix.toml that is not there", async () => {
  const folder = await folderWith({});
  expect(await helix(["up"], { cwd: folder })).toMatchObject({
    code: 2,
    stdout: "",
    stderr: `helix: there is no ${join(folder, "helix.toml")}\n  Name the configuration file: helix up <path of helix.toml>\n`,
  });
  expect(existsSync(join(folder, "ledger"))).toBe(false);
});
