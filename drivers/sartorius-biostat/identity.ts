/**
 * Is this the unit that was meant, and can this driver serve its firmware?
 */

import type { OpcUaSession, RequestLimits } from "@helix/driver-opcua-generic";
import { type ConnectionConfig, InstrumentError } from "@helix/hal";
import { IDENTIFICATION } from "./address-space.ts";

export const MIN_FIRMWARE = "3.2.0";

export interface BiostatIdentity {
  readonly model: string;
  readonly serialNumber: string;
  readonly firmwareVersion: string;
}

/** @throws InstrumentError ProtocolViolation when the server does not have a Biostat's nodes */
export async function readIdentity(session: OpcUaSession, limits: RequestLimits): Promise<BiostatIdentity> {
  const { manufacturer, model, serialNumber, firmwareVersion } = IDENTIFICATION;
  const nodeIds = [manufacturer, model, serialNumber, firmwareVersion];
  const values = await session.read(nodeIds, limits);
  const texts = values.map((value, index) => {
    const content: unknown = value.value?.value;
    if (value.statusCode.isGood() && typeof content === "string") return content;
    const { instrumentId, settings } = session.target;
    throw new InstrumentError({
      kind: "ProtocolViolation",
      instrumentId,
      endpoint: settings.endpointUrl,
      description: `node ${nodeIds[index]} answers ${value.statusCode.name}: this is not a Biostat's address space`,
      receivedBytes: new Uint8Array(),
      expectedDescription: "the address space of drivers/sartorius-biostat/PROTOCOL.md",
    });
  });
  return { model: texts[1] ?? "", serialNumber: texts[2] ?? "", firmwareVersion: texts[3] ?? "" };
}

/** @throws InstrumentError InvalidConfiguration when another unit answers than the configured one */
export function demandSerialNumber(
  session: OpcUaSession,
  identity: BiostatIdentity,
  configured: string | undefined,
): void {
  if (configured === undefined || configured === identity.serialNumber) return;
  const { driverName, settings } = session.target;
  throw new InstrumentError({
    kind: "InvalidConfiguration",
    driverName,
    field: "serial_number",
    reason: `the unit at ${settings.endpointUrl} is ${identity.serialNumber}, configured is ${configured}; correct the serial number or the address`,
  });
}

/**
 * A read-only connection is allowed with any firmware: telemetry is read, nothing is written.
 *
 * @throws InstrumentError FirmwareVersionMismatch
 */
export function demandFirmware(
  session: OpcUaSession,
  { firmwareVersion }: BiostatIdentity,
  { readOnly }: ConnectionConfig,
): void {
  if (readOnly || isAtLeast(firmwareVersion, MIN_FIRMWARE)) return;
  throw new InstrumentError({
    kind: "FirmwareVersionMismatch",
    instrumentId: session.target.instrumentId,
    firmwareVersion,
    minVersion: MIN_FIRMWARE,
    maxVersion: undefined,
  });
}

/** SemVer precedence without pre-releases; a text that is no version is below every version. */
export function isAtLeast(version: string, minimum: string): boolean {
  const parts = /^(\d+)\.(\d+)\.(\d+)(?:\+.*)?$/.exec(version);
  if (!parts) return false;
  const wanted = minimum.split(".").map(Number);
  for (const [index, least] of wanted.entries()) {
    const present = Number(parts[index + 1]);
    if (present !== least) return present > least;
  }
  return true;
}
