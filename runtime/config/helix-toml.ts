/**
 * Reads helix.toml (HELIX-HAL-0001 section 10). Everything wrong in it is reported at once, each
 * with its place; nothing is guessed.
 */
import { basename, dirname, isAbsolute, resolve } from "node:path";
import { DEFAULT_BACKPRESSURE_BUFFER_SECONDS, type DropPolicy } from "@helix/hal";
import type { Disk } from "@helix/platform";
import { parse, TomlError, type TomlTable } from "smol-toml";
import * as v from "valibot";
import { ConfigSource } from "./config-source.ts";
import { durationSeconds } from "./duration.ts";
import type { HelixConfig, InstrumentConfig } from "./helix-config.ts";
import { type Problem, ProblemsError } from "./problems.ts";
import { problemsFromIssues } from "./schema-problems.ts";
import { findSecrets } from "./secrets.ts";
import { TWIN_TABLE, twinConfig } from "./twin-config.ts";

/** @param path absolute, or relative to the process's folder; also the name that errors show */
export async function loadHelixConfig(from: {
  readonly disk: Disk;
  readonly path: string;
}): Promise<HelixConfig> {
  const bytes = await from.disk.readFile(from.path);
  return readHelixConfig(decode(bytes, from.path), from.path);
}

/**
 * @param file its name; relative paths in the text count from its folder
 * @throws ProblemsError
 */
export async function readHelixConfig(text: string, file: string): Promise<HelixConfig> {
  const source = new ConfigSource(file, text);
  const table = parseToml(source);
  await refuseSecrets(table, source);
  const checked = v.safeParse(FILE, table);
  if (!checked.success) {
    throw source.error(problemsFromIssues(FILE, checked.issues, await source.locate(), file));
  }
  const folder = dirname(resolve(file));
  const { instruments, ledger, pki, drivers, ring } = checked.output;
  return {
    source,
    instruments: Object.entries(instruments).map(([key, entry]) => instrumentConfig(key, entry, folder)),
    ledger: {
      folder: resolve(folder, ledger.folder),
      emergencyFolder: ledger.emergency_folder && resolve(folder, ledger.emergency_folder),
      markFolder: ledger.mark_folder && resolve(folder, ledger.mark_folder),
      sectorBytes: ledger.sector_bytes,
      rootKey: ledger.root_key,
      timeStampUrl: ledger.time_stamp_url,
    },
    pki: { folder: resolve(folder, pki.folder) },
    drivers: { requireRegistered: drivers.require_registered },
    ring: { capacityFrames: ring.capacity_frames },
  };
}

const DROP_POLICIES = ["DropOldest", "DropNewest", "Backpressure", "DropLowQualityFirst"] as const;
const DEFAULT_RECONNECT_RETRIES = 10;
const DEFAULT_RING_FRAMES = 65_536;
const U16_MAX = 65_535;

const text = v.pipe(v.string(), v.nonEmpty());
const count = (min: number, max: number) => v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max));
const folder = (byDefault: string) => v.optional(v.strictObject({ folder: text }), { folder: byDefault });

const HTTP_URL = v.pipe(
  v.string(),
  v.check(
    (url) => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol),
    'must be an address that begins with http:// or https://, such as "https://tsa.example.org/tsr"',
  ),
);

const SECTORS = [512, 4096] as const;
/** Its form; that its id is that of its key is checked where the ledger is made. */
const ROOT_KEY = v.pipe(
  v.string(),
  v.regex(
    /^[^+\s]+\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}$/,
    "must be the line that helix ledger make-root-key printed, such as helix/root+1c0ffee1+AQ...",
  ),
);

const INSTRUMENT = v.strictObject({
  driver_library: text,
  display_name: v.optional(text),
  auto_connect: v.optional(v.boolean(), true),
  reconnect_retries: v.optional(count(0, 1_000_000), DEFAULT_RECONNECT_RETRIES),
  drop_policy: v.optional(v.picklist(DROP_POLICIES), "DropOldest"),
  /** For DropLowQualityFirst: frames of an OPC quality below it go first. */
  drop_threshold_quality: v.optional(count(0, U16_MAX)),
  backpressure_buffer_seconds: v.optional(durationSeconds(0), DEFAULT_BACKPRESSURE_BUFFER_SECONDS),
  /** 0 = computed */
  channel_capacity_override: v.optional(count(0, 10_000_000), 0),
  health_check_interval_seconds: v.optional(durationSeconds(1)),
  twin: v.optional(TWIN_TABLE),
  config: v.optional(v.record(v.string(), v.unknown()), {}),
});

const FILE = v.strictObject({
  instruments: v.record(v.string(), v.pipe(INSTRUMENT, v.rawCheck(thresholdAgrees))),
  ledger: v.optional(
    v.pipe(
      v.strictObject({
        folder: v.optional(text, "ledger"),
        emergency_folder: v.optional(text),
        mark_folder: v.optional(text),
        sector_bytes: v.optional(
          v.picklist(SECTORS, "must be 512 or 4096, what the ledger's device writes at once"),
        ),
        root_key: v.optional(ROOT_KEY),
        time_stamp_url: v.optional(HTTP_URL),
      }),
      v.check(
        ({ folder, emergency_folder }) => folder !== emergency_folder,
        "emergency_folder must not be the ledger's own folder; name one on another device",
      ),
      v.check(
        ({ folder, emergency_folder, mark_folder }) =>
          mark_folder === undefined || (mark_folder !== folder && mark_folder !== emergency_folder),
        "mark_folder must be neither the ledger's own folder nor the emergency log's; name one on another device",
      ),
    ),
    { folder: "ledger" },
  ),
  pki: folder("pki"),
  drivers: v.optional(v.strictObject({ require_registered: v.optional(v.boolean()) }), {}),
  ring: v.optional(v.strictObject({ capacity_frames: count(1024, 16_777_216) }), {
    capacity_frames: DEFAULT_RING_FRAMES,
  }),
});

type InstrumentTable = v.InferOutput<typeof INSTRUMENT>;

function thresholdAgrees({ dataset, addIssue }: v.RawCheckContext<InstrumentTable>): void {
  if (!dataset.typed) return;
  const { drop_policy, drop_threshold_quality } = dataset.value;
  const needed = drop_policy === "DropLowQualityFirst";
  if (needed && drop_threshold_quality === undefined) {
    addIssue({ message: 'drop_policy "DropLowQualityFirst" needs drop_threshold_quality' });
  }
  if (!needed && drop_threshold_quality !== undefined) {
    addIssue({ message: `drop_policy "${drop_policy}" takes no drop_threshold_quality` });
  }
}

function decode(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new ProblemsError([{ file, line: 1, column: 1, message: "not UTF-8 text" }]);
  }
}

function parseToml(source: ConfigSource): TomlTable {
  try {
    return parse(source.text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const message = (error.message.split("\n")[0] ?? "").replace("Invalid TOML document: ", "not TOML: ");
    throw source.error([{ file: source.file, line: error.line, column: error.column, message }]);
  }
}

async function refuseSecrets(table: TomlTable, source: ConfigSource): Promise<void> {
  const secrets = findSecrets(table);
  if (secrets.length === 0) return;
  const locate = await source.locate();
  const problems = secrets.map(
    ({ path, instead }): Problem => ({
      file: source.file,
      ...locate(path, instead === undefined ? "value" : "key"),
      message:
        instead === undefined
          ? `${path.join(".")} holds a password; a password must not stand in ${basename(source.file)}`
          : `${path.join(".")} is a secret; it must not stand in ${basename(source.file)}`,
      expected:
        instead === undefined
          ? 'an address without it; password_env_var = "..." names the environment variable that holds it'
          : `${instead} = "..." with the name of the environment variable that holds it`,
    }),
  );
  throw source.error(problems);
}

function instrumentConfig(key: string, entry: InstrumentTable, folder: string): InstrumentConfig {
  return {
    key,
    driverLibrary: driverPath(entry.driver_library, folder),
    displayName: entry.display_name ?? key,
    autoConnect: entry.auto_connect,
    reconnectRetries: entry.reconnect_retries,
    dropPolicy: dropPolicy(entry),
    backpressureBufferSeconds: entry.backpressure_buffer_seconds,
    channelCapacityOverride: entry.channel_capacity_override || undefined,
    healthCheckIntervalSeconds: entry.health_check_interval_seconds,
    twin: entry.twin && twinConfig(entry.twin, (path) => resolve(folder, path)),
    config: entry.config,
  };
}

/** A path begins with "." or "/" (or a drive) or ends like a module; anything else is a package. */
function driverPath(library: string, folder: string): string {
  const isPath = isAbsolute(library) || library.startsWith(".") || /\.(?:m?js|ts)$/.test(library);
  return isPath ? resolve(folder, library) : library;
}

function dropPolicy(entry: InstrumentTable): DropPolicy {
  const { drop_policy: policy, drop_threshold_quality: thresholdQuality } = entry;
  if (policy !== "DropLowQualityFirst") return { policy };
  if (thresholdQuality === undefined) throw new Error("thresholdAgrees let a missing threshold through");
  return { policy, thresholdQuality };
}
