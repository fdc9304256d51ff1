/**
 * Finds nodes that the server does not have before anything is built on them.
 */
import type { InstrumentError } from "@helix/hal";
import type { OpcUaSession, RequestLimits } from "./session.ts";

const NOT_THERE = new Set(["BadNodeIdUnknown", "BadNodeIdInvalid", "BadAttributeIdInvalid"]);

export interface NamedNode {
  readonly nodeId: string;
  /** Where it was named, for people. */
  readonly field: string;
}

/**
 * @param toError  makes the error for the first node that is not there
 * @throws that error; InstrumentError Timeout, ConnectionLost
 */
export async function refuseUnknownNodes<N extends NamedNode>(
  session: OpcUaSession,
  nodes: readonly N[],
  limits: RequestLimits,
  toError: (node: N & { reason: string }) => InstrumentError,
): Promise<void> {
  const values = await session.read(
    nodes.map((node) => node.nodeId),
    limits,
  );
  for (const [index, node] of nodes.entries()) {
    const status = values[index]?.statusCode;
    if (status && NOT_THERE.has(status.name)) {
      throw toError({ ...node, reason: `the server does not know it (${status.name})` });
    }
  }
}
