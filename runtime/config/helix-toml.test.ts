import { dateToTaiNs } from "@helix/hal";
import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { checkDriverConfig } from "./driver-config.ts";
import { readHelixConfig } from "./helix-toml.ts";
import { formatProblems, ProblemsError } from "./problems.ts";

const FILE = "/plant/helix.toml";

/** The report a person would see. */
async function report(text: string): Promise<string> {
  return shown(readHelixConfig(text, FILE));
}

async function shown(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (e: unknown) => e,
  );
  if (!(error instanceof ProblemsError)) throw new Error("no problem was found", { cause: error });
  return formatProblems(error.problems, error.sources);
}

describe("a right file", () => {
  test("the example of HELIX-HAL-0001 section 10 is read, with its defaults", async () => {
    const config = await readHelixConfig(
      `[instruments.bioreactor-brx-07]
driver_library = "/opt/helix/drivers/libsartorius_biostat.so"
display_name = "Sartorius Biostat B — BRX-07 (Upstream Suite A)"
auto_connect = true
reconnect_retries = 10
drop_policy = "DropOldest"
backpressure_buffer_seconds = 5.0
channel_capacity_override = 0 # 0 = use calculated default
[instruments.bioreactor-brx-07.config]
host = "brx-07.rtpbio.local"
port = 4840
password_env_var = "HELIX_BRX07_PASSWORD"
[instruments.novaseq-x-01]
driver_library = "/opt/helix/drivers/libillumina_dragen.so"
reconnect_retries = 5
drop_policy = "Backpressure"
`,
      FILE,
    );
    expect(config.instruments).toEqual([
      {
        key: "bioreactor-brx-07",
        driverLibrary: "/opt/helix/drivers/libsartorius_biostat.so",
        displayName: "Sartorius Biostat B — BRX-07 (Upstream Suite A)",
        autoConnect: true,
        reconnectRetries: 10,
        dropPolicy: { policy: "DropOldest" },
        backpressureBufferSeconds: 5,
        channelCapacityOverride: undefined,
        healthCheckIntervalSeconds: undefined,
        twin: undefined,
        config: { host: "brx-07.rtpbio.local", port: 4840, password_env_var: "HELIX_BRX07_PASSWORD" },
      },
      {
        key: "novaseq-x-01",
        driverLibrary: "/opt/helix/drivers/libillumina_dragen.so",
        displayName: "novaseq-x-01",
        autoConnect: true,
        reconnectRetries: 5,
        dropPolicy: { policy: "Backpressure" },
        backpressureBufferSeconds: 5,
        channelCapacityOverride: undefined,
        healthCheckIntervalSeconds: undefined,
        twin: undefined,
        config: {},
      },
    ]);
  });

  test.each([
    ["", undefined],
    ["[drivers]\n", undefined],
    ["[drivers]\nrequire_registered = true\n", true],
    ["[drivers]\nrequire_registered = false\n", false],
  ])("whether drivers must be registered: %j", async (table, required) => {
    const { drivers } = await readHelixConfig(`${table}[instruments.a]\ndriver_library = "./d.ts"\n`, FILE);
    expect(drivers.requireRegistered).toBe(required);
  });

  test("relative paths count from the file's folder; a package name stays one; times may carry a unit", async () => {
    const config = await readHelixConfig(
      `[instruments.a]
driver_library = "./drivers/mine.ts"
backpressure_buffer_seconds = "500 ms"
health_check_interval_seconds = "2 min"
drop_policy = "DropLowQualityFirst"
drop_threshold_quality = 64
[instruments.b]
driver_library = "@helix/driver-opcua-generic"
[ledger]
folder = "../records"
emergency_folder = "/mnt/second/records"
mark_folder = "../../mnt/second/marks"
sector_bytes = 512
root_key = "helix/root+dd1c0012+ARPwk7h65jmYPa9wj9T4Zkv2e09UXsrnagUOVrKIKggz"
time_stamp_url = "https://tsa.example.org/tsr"
[ring]
capacity_frames = 4096
`,
      FILE,
    );
    expect(config.instruments[0]).toMatchObject({
      driverLibrary: "/plant/drivers/mine.ts",
      backpressureBufferSeconds: 0.5,
      healthCheckIntervalSeconds: 120,
      dropPolicy: { policy: "DropLowQualityFirst", thresholdQuality: 64 },
    });
    expect(config.instruments[1]?.driverLibrary).toBe("@helix/driver-opcua-generic");
    expect(config.ledger).toEqual({
      folder: "/records",
      emergencyFolder: "/mnt/second/records",
      markFolder: "/mnt/second/marks",
      sectorBytes: 512,
      rootKey: "helix/root+dd1c0012+ARPwk7h65jmYPa9wj9T4Zkv2e09UXsrnagUOVrKIKggz",
      timeStampUrl: "https://tsa.example.org/tsr",
    });
    expect(config.pki.folder).toBe("/plant/pki");
    expect(config.ring.capacityFrames).toBe(4096);
  });
});

describe("a wrong file", () => {
  const HEAD = '[instruments.brx]\ndriver_library = "./d.ts"\n';

  test("misspelt key", async () => {
    expect(await report(`${HEAD}drop_polcy = "DropOldest"\n`)).toBe(
      `/plant/helix.toml:3:1  unknown key "drop_polcy" in "instruments.brx"
  expected one of: driver_library, display_name, auto_connect, reconnect_retries, drop_policy, drop_threshold_quality, backpressure_buffer_seconds, channel_capacity_override, health_check_interval_seconds, twin, config
  did you mean drop_policy?
  3 | drop_polcy = "DropOldest"
    | ^`,
    );
  });

  test("misspelt table", async () => {
    expect(await report(`${HEAD}[legder]\nfolder = "x"\n`)).toBe(
      `/plant/helix.toml:3:1  unknown key "legder"
  expected one of: instruments, ledger, pki, drivers, ring
  did you mean ledger?
  3 | [legder]
    | ^`,
    );
  });

  test("wrong type", async () => {
    expect(await report(`${HEAD}reconnect_retries = "ten"\n`)).toBe(
      `/plant/helix.toml:3:21  instruments.brx.reconnect_retries is "ten"
  expected a whole number from 0 to 1000000
  3 | reconnect_retries = "ten"
    |                     ^`,
    );
  });

  test("bad drop_policy", async () => {
    expect(await report(`${HEAD}drop_policy = "DropOldst"\n`)).toBe(
      `/plant/helix.toml:3:15  instruments.brx.drop_policy is "DropOldst"
  expected one of: DropOldest, DropNewest, Backpressure, DropLowQualityFirst
  did you mean DropOldest?
  3 | drop_policy = "DropOldst"
    |               ^`,
    );
  });

  test("missing driver_library", async () => {
    expect(await report("[instruments.brx]\nauto_connect = false\n")).toBe(
      `/plant/helix.toml:1:1  "driver_library" is missing in "instruments.brx"
  expected text that is not empty
  1 | [instruments.brx]
    | ^`,
    );
  });

  test("no instruments at all", async () => {
    expect(await report('[ledger]\nfolder = "x"\n')).toBe(
      `/plant/helix.toml:1:1  "instruments" is missing
  expected a table
  1 | [ledger]
    | ^`,
    );
  });

  test("an emergency folder that is the ledger's own", async () => {
    expect(await report(`${HEAD}[ledger]\nfolder = "x"\nemergency_folder = "x"\n`)).toContain(
      "emergency_folder must not be the ledger's own folder; name one on another device",
    );
  });

  test.each(["folder", "emergency_folder"])("marks in the same folder as %s", async (name) => {
    const toml = `${HEAD}[ledger]\n${name} = "x"\nmark_folder = "x"\n`;
    expect(await report(toml)).toContain("mark_folder must be neither the ledger's own folder nor");
  });

  test("a sector of no device, and a root key that is none", async () => {
    for (const sector of ["1024", '"512"', "0"]) {
      expect(await report(`${HEAD}[ledger]\nsector_bytes = ${sector}\n`)).toContain(
        ":4:16  ledger.sector_bytes: must be 512 or 4096, what the ledger's device writes at once",
      );
    }
    for (const key of [
      "root.key",
      "helix/root+dd1c0012",
      "a b+dd1c0012+ARPwk7h65jmYPa9wj9T4Zkv2e09UXsrnagUOVrKIKggz",
    ]) {
      expect(await report(`${HEAD}[ledger]\nroot_key = "${key}"\n`)).toContain(
        "must be the line that helix ledger make-root-key printed",
      );
    }
  });

  test("a time-stamping authority that is none, or misspelt", async () => {
    expect(await report(`${HEAD}[ledger]\ntime_stamp_url = "tsa.example.org"\n`)).toContain(
      "must be an address that begins with http:// or https://",
    );
    expect(await report(`${HEAD}[ledger]\ntimestamp_url = "https://tsa.example.org"\n`)).toMatch(
      /:4:1 {2}unknown key "timestamp_url" in "ledger"[^]*did you mean "?time_stamp_url/,
    );
  });

  test("syntax error", async () => {
    expect(await report(`${HEAD}display_name = \n`)).toBe(
      `/plant/helix.toml:3:16  not TOML: invalid value
  3 | display_name = 
    |                ^`,
    );
  });

  test("duplicate table", async () => {
    expect(await report(`${HEAD}${HEAD}`)).toBe(
      `/plant/helix.toml:3:2  not TOML: trying to redefine an already defined table or value
  3 | [instruments.brx]
    |  ^`,
    );
  });

  test("a time in a unit of something else, or in an unknown one", async () => {
    expect(await report(`${HEAD}backpressure_buffer_seconds = "5 g/L"\n`)).toBe(
      `/plant/helix.toml:3:31  instruments.brx.backpressure_buffer_seconds: "5 g/L" is in a unit of mass concentration, not of time
  expected a number of seconds of at least 0, or text with a unit, such as "2 min"
  3 | backpressure_buffer_seconds = "5 g/L"
    |                               ^`,
    );
    expect(await report(`${HEAD}health_check_interval_seconds = "5 mins"\n`)).toContain(
      '"5 mins" is in the unknown unit "mins" (did you mean min?)',
    );
    expect(await report(`${HEAD}health_check_interval_seconds = 0.5\n`)).toContain("0.5 is too short");
    expect(await report(`${HEAD}health_check_interval_seconds = "5"\n`)).toContain('"5" is without a unit');
    expect(await report(`${HEAD}health_check_interval_seconds = nan\n`)).toContain("is not a time");
  });

  test("a drop threshold that its policy does not use, or that is missing", async () => {
    expect(await report(`${HEAD}drop_threshold_quality = 64\n`)).toContain(
      'helix.toml:1:1  instruments.brx: drop_policy "DropOldest" takes no drop_threshold_quality',
    );
    expect(await report(`${HEAD}drop_policy = "DropLowQualityFirst"\n`)).toContain(
      'drop_policy "DropLowQualityFirst" needs drop_threshold_quality',
    );
  });

  test("several problems are told at once, in the order of the file", async () => {
    const lines = (
      await report(`${HEAD}auto_connect = 1\n[ring]\ncapacity_frames = 7\n[pki]\nfoldr = "p"\n`)
    ).split("\n");
    expect(lines.filter((line) => line.startsWith("/plant"))).toEqual([
      "/plant/helix.toml:3:16  instruments.brx.auto_connect is 1",
      "/plant/helix.toml:5:19  ring.capacity_frames is 7",
      '/plant/helix.toml:7:1  unknown key "foldr" in "pki"',
    ]);
  });
});

describe("a password in the file", () => {
  const HEAD = '[instruments.brx]\ndriver_library = "./d.ts"\n[instruments.brx.config]\n';

  test("is refused with an explanation and is not shown", async () => {
    expect(await report(`${HEAD}password = "hunter2!"\n`)).toBe(
      `/plant/helix.toml:4:1  instruments.brx.config.password is a secret; it must not stand in helix.toml
  expected password_env_var = "..." with the name of the environment variable that holds it
  4 | password = **********
    | ^`,
    );
  });

  test("is found in an inline table and in an address too", async () => {
    const inline = await report(`${HEAD}login = { user = "u", passwd = 'hunter2!' }\n`);
    expect(inline).toContain("instruments.brx.config.login.passwd is a secret");
    expect(inline).not.toContain("hunter2");
    const address = await report(`${HEAD}endpoint_url = "opc.tcp://u:hunter2!@brx:4840"\n`);
    expect(address).toContain("helix.toml:4:16  instruments.brx.config.endpoint_url holds a password");
    expect(address).not.toContain("hunter2");
  });

  test("stays hidden when the file has another problem first", async () => {
    const syntax = await report(`${HEAD}password = "hunter2!" x\n`);
    expect(syntax).toContain("not TOML");
    expect(syntax).not.toContain("hunter2");
  });
});

describe("the driver's own config table", () => {
  const TEXT = `[instruments.brx]
driver_library = "./d.ts"
[instruments.brx.config]
host = "brx-07"
prot = 4840
`;
  const instrumentOf = async () => {
    const config = await readHelixConfig(TEXT, FILE);
    const instrument = config.instruments[0];
    if (instrument === undefined) throw new Error("no instrument");
    return { instrument, source: config.source };
  };

  test("is held against the manifest's schema, with place and suggestion", async () => {
    const { instrument, source } = await instrumentOf();
    const configSchema = v.strictObject({ host: v.string(), port: v.pipe(v.number(), v.integer()) });
    expect(await shown(checkDriverConfig({ configSchema }, instrument, source))).toBe(
      `/plant/helix.toml:5:1  unknown key "prot"
  expected one of: host, port
  did you mean port?
  5 | prot = 4840
    | ^`,
    );
  });

  test("may be checked by another schema library", async () => {
    const { instrument, source } = await instrumentOf();
    const configSchema = {
      "~standard": {
        version: 1 as const,
        vendor: "home-made",
        validate: () => ({ issues: [{ message: "must be an address", path: [{ key: "host" }] }] }),
      },
    };
    expect(await shown(checkDriverConfig({ configSchema }, instrument, source))).toBe(
      `/plant/helix.toml:4:8  host: must be an address
  4 | host = "brx-07"
    |        ^`,
    );
  });

  test("gives the checked value with the schema's defaults", async () => {
    const { instrument, source } = await instrumentOf();
    const configSchema = v.object({ host: v.string(), port: v.optional(v.number(), 4840) });
    expect(await checkDriverConfig({ configSchema }, instrument, source)).toEqual({
      host: "brx-07",
      port: 4840,
    });
  });
});

describe("a twin beside an instrument", () => {
  const twin = (lines: string) =>
    `[instruments.brx]\ndriver_library = "@helix/x"\n[instruments.brx.twin]\n${lines}`;

  test("is a model of the library, or a file beside helix.toml, and the moment of inoculation", async () => {
    const [library, file] = await Promise.all(
      ["cho-fed-batch", "./models/mine.twin"].map((model) =>
        readHelixConfig(twin(`model = "${model}"\ninoculation = 2026-11-20T08:00:00+02:00\n`), FILE),
      ),
    );
    expect(library?.instruments[0]?.twin).toEqual({
      model: "cho-fed-batch",
      inoculationTaiNs: dateToTaiNs(new Date("2026-11-20T06:00:00Z")),
      channels: {},
    });
    expect(file?.instruments[0]?.twin?.model).toBe("/plant/models/mine.twin");
  });

  test("names that differ are joined in its table", async () => {
    const config = await readHelixConfig(
      twin(
        'model = "cho-fed-batch"\ninoculation = 2026-11-20T06:00:00Z\nchannels = { feed_rate = "feed" }\n',
      ),
      FILE,
    );
    expect(config.instruments[0]?.twin?.channels).toEqual({ feed_rate: "feed" });
  });

  test("a moment without a zone could be any of 24: refused", async () => {
    expect(await report(twin('model = "cho-fed-batch"\ninoculation = 2026-11-20T06:00:00\n'))).toContain(
      "2026-11-20T06:00:00Z",
    );
  });
});
