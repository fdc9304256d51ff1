/**
 * Finds the endpoint of a server that offers the wanted security (OPC 10000-4 5.5.4 GetEndpoints).
 */
import { InstrumentError } from "@helix/hal";
import type { EndpointDescription } from "node-opcua-client";
import type { ClientHandle } from "./client-handle.ts";
import type { SessionTarget } from "./settings.ts";
import type { OpcUaStack } from "./stack.ts";

/**
 * Asks over a channel without security, as the standard provides; no session is opened on it.
 *
 * @throws InstrumentError ConnectionRefused, naming what the server offers instead
 */
export async function findEndpoint(
  stack: OpcUaStack,
  handle: ClientHandle,
  { settings, instrumentId }: SessionTarget,
): Promise<EndpointDescription> {
  await handle.client.connect(settings.endpointUrl);
  const offered = await handle.client.getEndpoints();
  const mode = stack.ua.MessageSecurityMode[settings.securityMode];
  const policy = stack.ua.SecurityPolicy[settings.securityPolicy];
  const found = offered.find((e) => e.securityMode === mode && e.securityPolicyUri === policy);
  if (found) return found;
  const names = offered.map((e) => {
    const policyName = e.securityPolicyUri?.split("#")[1] ?? "no policy";
    return `${stack.ua.MessageSecurityMode[e.securityMode]} with ${policyName}`;
  });
  throw new InstrumentError({
    kind: "ConnectionRefused",
    instrumentId,
    endpoint: settings.endpointUrl,
    reason: `no endpoint offers ${settings.securityMode} with ${settings.securityPolicy}; it offers ${[...new Set(names)].join(", ") || "none"}: correct the security settings here or at the instrument`,
    vendorErrorCode: undefined,
  });
}
