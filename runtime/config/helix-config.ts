/**
 * What helix.toml says once it has been read (HELIX-HAL-0001 section 10): absolute paths, defaults
 * filled in, units settled.
 */
import type { DropPolicy } from "@helix/hal";
import type { ConfigSource } from "./config-source.ts";
import type { TwinConfig } from "./twin-config.ts";

export interface HelixConfig {
  readonly source: ConfigSource;
  /** In the order of the file. */
  readonly instruments: readonly InstrumentConfig[];
  readonly ledger: {
    readonly folder: string;
    /** Takes alarms and stops while `folder` cannot be written: on another device. */
    readonly emergencyFolder: string | undefined;
    /** Where the ledger keeps its high-water marks; undefined: where it has them. */
    readonly markFolder: string | undefined;
    /** What a new ledger's batches are padded to, in bytes: the physical sector of its device; undefined: 4096. */
    readonly sectorBytes?: 512 | 4096 | undefined;
    /** Offline key as its C2SP verifier key, without whose signature a new ledger's key is never replaced; undefined = none. */
    readonly rootKey?: string | undefined;
    /** RFC 3161 authority that time-stamps it every day and at the end of a batch; undefined = none. */
    readonly timeStampUrl: string | undefined;
  };
  /** Keys, certificates and trust lists; one folder in it per instrument. */
  readonly pki: { readonly folder: string };
  /** Whether a driver must be registered to be loaded; undefined: from the first one on that is registered. */
  readonly drivers: { readonly requireRegistered: boolean | undefined };
  /** `capacityFrames`: telemetry frames that the shared ring holds, 128 bytes each. */
  readonly ring: { readonly capacityFrames: number };
}

export interface InstrumentConfig {
  /** The name in `[instruments.<key>]`, e.g. "brx-07". */
  readonly key: string;
  /** Absolute path of the driver's module, or the name of an installed package ("@helix/driver-..."). */
  readonly driverLibrary: string;
  readonly displayName: string;
  /** Connect when HELIX starts. */
  readonly autoConnect: boolean;
  /** Attempts after a lost or refused connection before the instrument is given up; 0 = none. */
  readonly reconnectRetries: number;
  readonly dropPolicy: DropPolicy;
  /** Seconds of full-rate data that the frame channel absorbs. */
  readonly backpressureBufferSeconds: number;
  /** Frames that the channel holds; undefined = computed from the rates (section 4.2). */
  readonly channelCapacityOverride: number | undefined;
  /** Seconds between two health checks; undefined = the supervisor's own interval. */
  readonly healthCheckIntervalSeconds: number | undefined;
  /** The model that predicts its values; undefined = none. */
  readonly twin: TwinConfig | undefined;
  /** `[instruments.<key>.config]` as written; checkDriverConfig holds it against the driver's schema. */
  readonly config: Readonly<Record<string, unknown>>;
}
