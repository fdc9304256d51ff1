import type { ConfigSource, InstrumentConfig } from "@helix/config";
import type { DriverContext, DriverManifest, Instrument } from "@helix/hal";
import type { DriverCode } from "./drivers/driver-code.ts";

/** Where drivers live. In this process for now; one host process per bundle fits behind the same seam. */
export interface DriverHost {
  /**
   * Loads the driver that `config` names and builds one instance, not yet connected.
   *
   * @param source the file that `config` comes from, for the place of what is wrong in it
   * @param admit says why this code must not be loaded, before any of it runs; undefined: it may
   * @param imported what this start has read already: instruments of one driver read its code once
   * @throws ProblemsError for what the file says of it; DriverLoadError for what is wrong in the driver
   */
  load(
    config: InstrumentConfig,
    source: ConfigSource,
    context: DriverContext,
    admit: (code: DriverCode) => string | undefined,
    imported?: ImportedCode,
  ): Promise<LoadedDriver>;
}

/** By the name that the configuration gives it. */
export type ImportedCode = Map<string, DriverModule>;

export interface DriverModule {
  readonly code: DriverCode;
  readonly manifest: DriverManifest;
}

export interface LoadedDriver {
  readonly manifest: DriverManifest;
  readonly instrument: Instrument;
  /** As the registry knows it: absolute path of the module, or the name of a package. */
  readonly library: string;
  /** BLAKE3 of its code (drivers/driver-code.ts), lower-case hex. */
  readonly moduleHash: string;
  /** Ends the instance; the host lets go of the module only after this. */
  destroy(): Promise<void>;
}

/** The driver cannot be used; the message says why and what to do. */
export class DriverLoadError extends Error {
  override readonly name = "DriverLoadError";
  readonly advice: string;

  constructor(message: string, advice: string, options?: { cause?: unknown }) {
    super(message, options);
    this.advice = advice;
  }
}
