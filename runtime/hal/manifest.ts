/**
 * What a driver module exports, and the only thing the loader looks for
 * (HELIX-HAL-0001 section 2.5).
 */
import type { Calibratable } from "./calibratable.ts";
import type { Commandable } from "./commandable.ts";
import type { DriverContext } from "./context.ts";
import type { Instrument } from "./instrument.ts";
import type { TelemetrySource } from "./telemetry.ts";

/** Rises with every change of this package that would break a driver built against it. */
export const HELIX_HAL_ABI_VERSION = 4;

/** Name of the one export the loader reads. */
export const DRIVER_MANIFEST_EXPORT = "helixDriverManifest";

/** Metadata and factory of a driver; exported as `helixDriverManifest`. */
export interface DriverManifest<Config = unknown> {
  /** {@link HELIX_HAL_ABI_VERSION} at the driver's build; any other value is refused. */
  readonly abiVersion: number;
  readonly driverName: string;
  /** SemVer */
  readonly driverVersion: string;
  /** e.g. ["sartorius-biostat-b", "sartorius-biostat-q-plus"] */
  readonly supportedModels: readonly string[];
  /** SemVer */
  readonly minHelixVersion: string;
  /** Checks the instrument's `[config]` table before createInstance sees it. */
  readonly configSchema: StandardSchema<Config>;
  /**
   * Builds one instance, not yet connected; opens nothing.
   * @throws InstrumentError InvalidConfiguration
   */
  createInstance(config: Config, context: DriverContext): Instrument;
  /** Ends the instance; the host that loaded the driver ends only after this settles. */
  destroyInstance(instance: Instrument): Promise<void>;
}

/**
 * The part of the Standard Schema interface (version 1) that the loader uses, so that a driver may
 * choose its validation library. Source: standardschema.dev.
 */
export interface StandardSchema<Output> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
  };
}

type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** Narrows by the declared capability; the loader has checked that the methods exist. */
export const isTelemetrySource = (i: Instrument): i is TelemetrySource => i.capabilities.streamsTelemetry;
export const isCommandable = (i: Instrument): i is Commandable => i.capabilities.acceptsCommands;
export const isCalibratable = (i: Instrument): i is Calibratable => i.capabilities.supportsCalibration;

const CAPABILITY_MEMBERS = {
  streamsTelemetry: ["channels", "streamTelemetry", "streamingStats"],
  acceptsCommands: ["dispatchCommand", "supportedCommands", "readSetpoints"],
  supportsCalibration: ["calibrationStatus", "performCalibration", "verifyCalibration"],
} as const;

/** Members that a declared capability promises and the instance lacks, e.g. "streamTelemetry". */
export function missingMembers(instance: Instrument): string[] {
  return Object.entries(CAPABILITY_MEMBERS)
    .filter(([capability]) => instance.capabilities[capability as keyof typeof CAPABILITY_MEMBERS])
    .flatMap(([, members]) => members.filter((member) => !(member in instance)));
}
