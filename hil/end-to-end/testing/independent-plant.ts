/**
 * A plant that shares no line with HELIX: a Modbus TCP server on libmodbus ("bath-1") and an OPC UA server on
 * open62541 ("brx-62", messages signed and encrypted), each in a process of its own on loopback, and the
 * helix.toml that leads to them.
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildServer, freePort, missingFor, startServer } from "@helix/driver-modbus-generic/interop";
import { ensureClientCertificate } from "@helix/driver-opcua-generic";
import { Open62541Server, open62541IsThere } from "@helix/driver-opcua-generic/interop";
import { createSystemPlatform } from "@helix/platform";
import { whenAllIsOver } from "./cleanup.ts";
import { OPCUA_DRIVER, trust, writeHelixToml } from "./plant.ts";

const MODBUS_DRIVER = fileURLToPath(import.meta.resolve("@helix/driver-modbus-generic"));
const PASSWORD_VARIABLE = "HELIX_E2E_PEER_PASSWORD";
/** Of the one user that the server knows (open62541-server.c). */
const LOGIN = { user: "operator", password: "let-me-in" };

export const PEER_ENVIRONMENT: Readonly<Record<string, string>> = { [PASSWORD_VARIABLE]: LOGIN.password };

/** What a test must say that cannot run; undefined when all is there. */
export const missingPeers = (): string | undefined =>
  missingFor("tcp") ?? (open62541IsThere ? undefined : "needs open62541, run tools/peers/open62541.sh");

/** @param folder where helix.toml will stand */
export async function startIndependentPlant(folder: string): Promise<void> {
  const modbusPort = await freePort();
  const built = buildServer();
  whenAllIsOver(built.remove);
  const bath = await startServer(built.program, ["tcp", String(modbusPort)]);
  whenAllIsOver(() => bath.end());

  const pki = join(folder, "pki", "brx-62");
  await mkdir(pki, { recursive: true });
  const certificate = await ensureClientCertificate(pki, "brx-62", createSystemPlatform().clock);
  const vessel = await Open62541Server.prepare(folder, certificate, await freePort());
  await vessel.start();
  whenAllIsOver(() => vessel.kill());
  await trust(vessel.certificateFile, pki);
  await writeHelixToml(folder, bathTable(modbusPort), vesselTable(vessel.port));
}

const bathTable = (port: number) => `
[instruments.bath-1]
driver_library = ${JSON.stringify(MODBUS_DRIVER)}

[instruments.bath-1.config]
transport = "tcp"
host = "127.0.0.1"
port = ${port}
unit_id = 17
registers = [
  { channel_id = 0, name = "temperature", unit = "Cel", table = "input", register = 0, type = "f32", is_writable = true, setpoint_register = 0 },
  { channel_id = 1, name = "ph", unit = "[pH]", table = "input", register = 2, type = "f32" },
]
`;

const vesselTable = (port: number) => `
[instruments.brx-62]
driver_library = ${JSON.stringify(OPCUA_DRIVER)}

[instruments.brx-62.config]
endpoint_url = "opc.tcp://127.0.0.1:${port}"
username = "${LOGIN.user}"
password_env_var = "${PASSWORD_VARIABLE}"
channel_map = [
  { channel_id = 0, name = "ph", unit = "[pH]", node_id = "ns=1;s=pH.PV", is_writable = true, setpoint_node_id = "ns=1;s=pH.SP", rate_hz = 1 },
]
`;
