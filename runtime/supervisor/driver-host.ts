import type { ConfigSource, InstrumentConfig } from "@helix/config";
import type { DriverContext, DriverManifest, Instrument } from "@helix/hal";

/** Where drivers live. In this process for now; one host process per bundle fits behind the same seam. */
export interface DriverHost {
  /**
   * Loads the driver that `config` names and builds one instance, not yet connected.
   *
   * @param source the file that `config` comes from, for the place of what is wrong in it
   * @throws ProblemsError for what the file says of it; DriverLoadError for what is wrong in the driver
   */
  load(config: InstrumentConfig, source: ConfigSource, context: DriverContext): Promise<LoadedDriver>;
}

export interface LoadedDriver {
  readonly manifest: DriverManifest;
  readonly instrument: Instrument;
  /** BLAKE3 of the module file that was loaded, lower-case hex. */
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
