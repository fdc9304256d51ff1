/**
 * The drivers that somebody vouches for (HELIX-HAL-0001 sections 6.2 and 6.3), as the ledger says: of each library the
 * newest DRIVER_REGISTERED, and no other.
 */
import type { LedgerRecord, RegisteredDriver } from "@helix/ledger";
import type { DriverCode } from "./driver-code.ts";

export interface Registration extends RegisteredDriver {
  /** Of its record. */
  readonly sequence: bigint;
}

/** By library. */
export type Registrations = ReadonlyMap<string, Registration>;

export function takeRegistration(
  { event, sequence }: Pick<LedgerRecord, "event" | "sequence">,
  into: Map<string, Registration>,
): void {
  if (event.type !== "DRIVER_REGISTERED") return;
  const { library, driverName, driverVersion, abiVersion, moduleHash } = event as unknown as RegisteredDriver;
  into.set(library, { library, driverName, driverVersion, abiVersion, moduleHash, sequence });
}

/** The one that vouches for this very code. */
export function registrationOf(
  { library, hash }: Pick<DriverCode, "library" | "hash">,
  registrations: Registrations,
): Registration | undefined {
  const found = registrations.get(library);
  return found?.moduleHash === hash ? found : undefined;
}

/**
 * Why this code must not be loaded; undefined where it may.
 *
 * @param demanded undefined: from the first registration on that the ledger holds
 */
export function registrationProblem(
  code: DriverCode,
  registrations: Registrations,
  demanded: boolean | undefined,
): string | undefined {
  if (!(demanded ?? registrations.size > 0)) return undefined;
  if (registrationOf(code, registrations) !== undefined) return undefined;
  const old = registrations.get(code.library);
  return old === undefined
    ? `the driver ${code.library} is not registered (its code is ${short(code.hash)})`
    : `the code of the driver ${code.library} is not the registered one: ${short(old.moduleHash)} was registered in record ${old.sequence}, this is ${short(code.hash)}`;
}

/** What a person does about it. */
export const HOW_TO_REGISTER =
  'a registered driver: look at the driver, then: helix driver register --reason "<why you trust it>"';

/** Enough of a hash to tell two apart. */
export const short = (hash: string): string => hash.slice(0, 12);
