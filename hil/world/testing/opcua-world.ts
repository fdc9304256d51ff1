/** One OPC UA bioreactor and one client, real stacks at both ends, with a fault in the middle of the run. */
import { cpSync } from "node:fs";
import { join } from "node:path";
import type { WorldProgram } from "../world.ts";
import type { startClient } from "./opcua-client.ts";
import type { startServer } from "./opcua-server.ts";

export interface OpcuaWorldOptions {
  /** Folder made by createIdentities; a run works on a copy. */
  readonly identities: string;
  readonly seconds: number;
  readonly secured: boolean;
  readonly fault?: "partition" | "crash" | "reset" | "half-open";
  readonly faultAtSeconds?: number;
  readonly faultSeconds?: number;
  /** Modules of their own for both hosts. */
  readonly realm?: boolean;
}

export interface OpcuaWorldResult {
  readonly values: number;
  readonly valuesAfterFault: number;
  readonly events: readonly string[];
}

const run: WorldProgram<OpcuaWorldOptions, OpcuaWorldResult> = async (world, options) => {
  const {
    identities,
    seconds,
    secured,
    fault,
    faultAtSeconds = seconds / 2,
    faultSeconds = 30,
    realm = false,
  } = options;
  const scratch = world.scratchFolder;
  cpSync(identities, scratch, { recursive: true });
  const server = world.addStation("server", { realm });
  const client = world.addStation("client", { realm });
  world.network.change(server.host, client.host, { latencyUs: 2000, jitterUs: 500, bandwidth: 1_250_000 });
  const events: string[] = [];
  let values = 0;
  let valuesAtFaultEnd = 0;

  const serve = () =>
    server.host.start(async (host) => {
      const url = import.meta.resolve("./opcua-server.ts");
      const module = await world.load<{ startServer: typeof startServer }>(host, url);
      const random = host.random.fork(`values ${host.boot}`);
      await module.startServer({ hostname: host.name, pki: join(scratch, "server"), secured, random });
    });
  await serve();
  await client.host.start(async (host) => {
    const url = import.meta.resolve("./opcua-client.ts");
    const module = await world.load<{ startClient: typeof startClient }>(host, url);
    await module.startClient({
      endpoint: "opc.tcp://server:4840",
      pki: join(scratch, "client"),
      secured,
      onValue(channel, value, sourceMs) {
        values += 1;
        world.note(`${channel} ${String(value)} ${sourceMs}`);
      },
      onEvent(text) {
        events.push(text);
        world.note(text);
      },
    });
  });
  world.progress("ready");
  await world.sleep(faultAtSeconds * 1000 - world.seconds * 1000);
  if (fault === "partition") world.network.partition(server.host, client.host);
  if (fault === "reset") world.network.resetConnections(server.host, client.host);
  if (fault === "half-open") world.network.halfOpen(server.host, client.host);
  if (fault === "crash") server.host.crash();
  await world.sleep(faultSeconds * 1000);
  if (fault === "partition") world.network.heal(server.host, client.host);
  if (fault === "crash") {
    server.host.reboot();
    await serve();
  }
  valuesAtFaultEnd = values;
  world.progress("fault over");
  await world.sleep((seconds - world.seconds) * 1000);
  return { values, valuesAfterFault: values - valuesAtFaultEnd, events };
};
export default run;
