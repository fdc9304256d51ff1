/**
 * Plants that share no line with HELIX, each instrument in a process of its own, and the helix.toml that leads
 * to them: on loopback a Modbus TCP server on libmodbus ("bath-1") and an OPC UA server on open62541 ("brx-62",
 * messages signed and encrypted); on a serial line a server on libmodbus ("pump-1").
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildServer, freePort, missingFor, startServer } from "@helix/driver-modbus-generic/interop";
import { ensureClientCertificate } from "@helix/driver-opcua-generic";
import { Open62541Server, open62541IsThere } from "@helix/driver-opcua-generic/interop";
import { createSystemPlatform, startSerialPair } from "@helix/platform";
import { whenAllIsOver } from "./cleanup.ts";
import { helix } from "./helix.ts";
import { OPCUA_DRIVER, trust, writeHelixToml } from "./plant.ts";

const MODBUS_DRIVER = fileURLToPath(import.meta.resolve("@helix/driver-modbus-generic"));
const PASSWORD_VARIABLE = "HELIX_E2E_PEER_PASSWORD";
/** Of the one user that the server knows (open62541-server.c). */
const LOGIN = { user: "operator", password: "let-me-in" };

/** Both that a scenario may need there. */
export const CONSENT = ["--allow-commands", "--allow-faults"] as const;

/** What a test must say that cannot run; undefined when all is there. */
export const missingForPump = (): string | undefined => missingFor("rtu");
export const missingPeers = (): string | undefined =>
  missingFor("tcp") ?? (open62541IsThere ? undefined : "needs open62541, run tools/peers/open62541.sh");

/** A suite's title that says why it is skipped. */
export const titled = (title: string, missing: string | undefined): string =>
  missing === undefined ? title : `${title} (skipped: ${missing})`;

/** @param folder where helix.toml will stand */
export async function startIndependentPlant(folder: string): Promise<void> {
  const modbusPort = await freePort();
  await startModbusServer("tcp", String(modbusPort));

  const pki = join(folder, "pki", "brx-62");
  await mkdir(pki, { recursive: true });
  const certificate = await ensureClientCertificate(pki, "brx-62", createSystemPlatform().clock);
  const vessel = await Open62541Server.prepare(folder, certificate, await freePort());
  await vessel.start();
  whenAllIsOver(() => vessel.kill());
  await trust(vessel.certificateFile, pki);
  await writeHelixToml(folder, bathTable(modbusPort), vesselTable(vessel.port));
}

/** @param folder where helix.toml will stand */
export async function startIndependentPump(folder: string): Promise<void> {
  const end = (name: string) => join(folder, `line-${name}`);
  const cable = await startSerialPair(createSystemPlatform().clock, [end("device"), end("driver")]);
  whenAllIsOver(() => cable.close());
  await startModbusServer("rtu", cable.ends[0]);
  await writeHelixToml(folder, pumpTable(cable.ends[1]));
}

/** Runs the scenario on the plant of `cwd`; its result. */
export async function runOnPlant(cwd: string, scenario: string, ...options: readonly string[]) {
  const file = `${/^scenario: (\S+)$/m.exec(scenario)?.[1]}.yaml`;
  await writeFile(join(cwd, file), scenario);
  const { code, stdout, stderr } = await helix(
    ["run", file, "--rig", "physical", "--config", "helix.toml", "--json", ...options],
    { cwd, env: { [PASSWORD_VARIABLE]: LOGIN.password } },
  );
  if (stdout === "") throw new Error(`no result: ${stderr}`);
  return { code, stderr, result: JSON.parse(stdout) };
}

async function startModbusServer(...args: readonly string[]): Promise<void> {
  const built = buildServer();
  whenAllIsOver(built.remove);
  const server = await startServer(built.program, args);
  whenAllIsOver(() => server.end());
}

const modbusTable = (key: string, place: string) => `
[instruments.${key}]
driver_library = ${JSON.stringify(MODBUS_DRIVER)}

[instruments.${key}.config]
${place}
unit_id = 17
registers = [
  { channel_id = 0, name = "temperature", unit = "Cel", table = "input", register = 0, type = "f32", is_writable = true, setpoint_register = 0 },
  { channel_id = 1, name = "ph", unit = "[pH]", table = "input", register = 2, type = "f32" },
]
`;
const bathTable = (port: number) =>
  modbusTable("bath-1", `transport = "tcp"\nhost = "127.0.0.1"\nport = ${port}`);
const pumpTable = (path: string) =>
  modbusTable("pump-1", `transport = "rtu"\nserial_port = ${JSON.stringify(path)}\nparity = "none"`);

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
