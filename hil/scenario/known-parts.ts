/**
 * The concrete parts that a scenario may name, as far as its reading needs them. hil/parts.ts has
 * the real ones.
 */
export interface KnownParts {
  readonly twins: ReadonlyMap<string, KnownTwin>;
  readonly simulators: ReadonlyMap<string, KnownSimulator>;
  readonly drivers: ReadonlyMap<string, KnownDriver>;
}

export interface KnownTwin {
  /** UCUM unit by state name. */
  readonly states: ReadonlyMap<string, string>;
}

export interface KnownSimulator {
  readonly protocols: readonly string[];
  /** Names of the faults that it can do. */
  readonly faults: readonly string[];
  readonly twins: readonly string[];
  /** UCUM units of what it tells of its vessel beside the twin's states, by name. */
  readonly vessel?: Readonly<Record<string, string>>;
}

export interface KnownDriver {
  readonly protocols: readonly string[];
  readonly channels: readonly KnownChannel[];
}

export interface KnownChannel {
  readonly name: string;
  /** UCUM */
  readonly unit: string;
  readonly isWritable: boolean;
  /** Where the driver gives one, in `unit`. */
  readonly range?: { readonly min: number; readonly max: number };
}
