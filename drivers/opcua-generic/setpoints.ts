/** What the instrument is set to now, read from it and not from memory. */
import { InstrumentError, type SetpointSnapshot } from "@helix/hal";
import type { OpcUaSession, RequestLimits } from "./session.ts";
import { numberOf, type StreamedChannel } from "./telemetry-plan.ts";

/**
 * Channels whose setpoint the instrument does not tell at present (bad quality) are left out.
 *
 * @throws InstrumentError OperationNotSupported when no channel has a setpoint; Timeout, ConnectionLost
 */
export async function readSetpointNodes(
  session: OpcUaSession,
  channels: readonly StreamedChannel[],
  limits: RequestLimits,
): Promise<SetpointSnapshot> {
  const nodes = channels.flatMap(({ descriptor, setpointNodeId }) =>
    setpointNodeId === undefined ? [] : [{ channelId: descriptor.id, setpointNodeId }],
  );
  const { instrumentId, context } = session.target;
  if (nodes.length === 0) {
    throw new InstrumentError({
      kind: "OperationNotSupported",
      instrumentId,
      operation: "readSetpoints",
    });
  }
  const values = await session.read(
    nodes.map((node) => node.setpointNodeId),
    limits,
  );
  const known = nodes.flatMap(({ channelId }, index) => {
    const value = values[index];
    const setpoint = value?.statusCode.isBad() ? Number.NaN : value ? numberOf(value) : Number.NaN;
    return Number.isNaN(setpoint) ? [] : [[channelId, setpoint] as const];
  });
  return { channelSetpoints: new Map(known), snapshotTimestampNs: context.clock.monotonicNs() };
}
