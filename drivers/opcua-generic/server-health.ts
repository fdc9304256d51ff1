/**
 * Asks the server itself how it is (OPC 10000-5 12.10 ServerStatusDataType).
 */
import type { OpcUaSession, RequestLimits } from "./session.ts";

/** Under the contract's 500 ms, so that the answer is ours and not the supervisor's. */
export const HEALTH_BUDGET_MS = 450;

const STATE = "ns=0;i=2259";
const CURRENT_TIME = "ns=0;i=2258";
const START_TIME = "ns=0;i=2257";
const PRODUCT_NAME = "ns=0;i=2261";
const SOFTWARE_VERSION = "ns=0;i=2264";

export interface ServerHealth {
  /** e.g. "Running" */
  readonly state: string;
  readonly productName: string;
  readonly softwareVersion: string;
  /** s since the server started; undefined when it does not tell. */
  readonly uptimeSeconds: number | undefined;
}

/** @throws InstrumentError Timeout or ConnectionLost */
export async function readServerHealth(session: OpcUaSession, limits: RequestLimits): Promise<ServerHealth> {
  const nodes = [STATE, CURRENT_TIME, START_TIME, PRODUCT_NAME, SOFTWARE_VERSION];
  const values = await session.read(nodes, limits);
  const [state, now, start, product, version] = values.map((v) => v.value?.value as unknown);
  const uptime = now instanceof Date && start instanceof Date ? now.getTime() - start.getTime() : undefined;
  return {
    state: typeof state === "number" ? (session.stack.ua.ServerState[state] ?? String(state)) : "not told",
    productName: typeof product === "string" ? product : "",
    softwareVersion: typeof version === "string" ? version : "",
    uptimeSeconds: uptime === undefined ? undefined : uptime / 1000,
  };
}
