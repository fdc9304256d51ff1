/**
 * A live plant for `helix up`: one simulated Biostat in a process of its own on a loopback port, with
 * keys on both sides, and the helix.toml that leads to it.
 */
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ensureClientCertificate } from "@helix/driver-opcua-generic";
import { createSystemPlatform, type OwnProcess, startProcess } from "@helix/platform";
import {
  type BiostatSimulatorOptions,
  type RigMessage,
  SIMULATORS,
  type SimulatorMessage,
} from "@helix/simulators";
import { whenAllIsOver } from "./cleanup.ts";

export const PASSWORD_VARIABLE = "HELIX_E2E_PASSWORD";
export const PASSWORD = "correct horse";
export const BIOSTAT_DRIVER = fileURLToPath(import.meta.resolve("@helix/driver-sartorius-biostat"));
export const OPCUA_DRIVER = fileURLToPath(import.meta.resolve("@helix/driver-opcua-generic"));

/** Batch age when the plant starts, s. */
export const BEGIN_S = 342_000;
const INOCULATION = "2026-01-05T06:00:00Z";
const READY_LIMIT_MS = 60_000;

export interface PlantOptions {
  readonly key?: string;
  readonly port?: number;
  readonly trusted?: boolean;
  /** ISO 8601 UTC; its stamps count from here. */
  readonly inoculation?: string;
}

export interface LivePlant {
  readonly endpoint: string;
  readonly port: number;
  readonly certificateFile: string;
  /** Ends the simulator without a goodbye. */
  kill(): Promise<void>;
}

/**
 * @param folder where helix.toml will stand: `pki/<key>` in it is the instrument's
 * @param trusted whether the client already trusts the server
 */
export async function startPlant(
  folder: string,
  { key = "brx-07", port = 0, trusted = true, inoculation = INOCULATION }: PlantOptions = {},
): Promise<LivePlant> {
  const ownPki = join(folder, "pki", key);
  const simulatorPki = join(folder, `${key}-simulator-pki`);
  await mkdir(ownPki, { recursive: true });
  const { clock } = createSystemPlatform();
  await trust(await ensureClientCertificate(ownPki, key, clock), simulatorPki);
  const simulator = launch({
    host: "127.0.0.1",
    port,
    seed: 7,
    twin: "cho-fed-batch",
    serialNumber: `SIM-${key}`,
    beginS: BEGIN_S,
    inoculation,
    samplePeriodS: 1,
    truthPeriodS: 3600,
    pkiFolder: simulatorPki,
    username: "operator",
    passwordEnvVar: PASSWORD_VARIABLE,
  });
  const ready = await readyMessage(simulator);
  if (ready.certificateFile === undefined) throw new Error("the simulator named no certificate");
  if (trusted) await trust(ready.certificateFile, ownPki);
  simulator.send({ type: "advance", untilS: BEGIN_S + 86_400, speed: 1 });
  return {
    endpoint: ready.endpoint,
    port: Number(new URL(ready.endpoint).port),
    certificateFile: ready.certificateFile,
    async kill() {
      simulator.kill("SIGKILL");
      await simulator.exited;
    },
  };
}

function launch(options: BiostatSimulatorOptions): OwnProcess<RigMessage, SimulatorMessage> {
  const registered = SIMULATORS.get("sartorius-biostat");
  if (!registered) throw new Error("sartorius-biostat is not registered");
  const simulator = startProcess<RigMessage, SimulatorMessage>(registered.module, {
    args: [JSON.stringify(options)],
    environment: { [PASSWORD_VARIABLE]: PASSWORD },
  });
  whenAllIsOver(async () => {
    simulator.kill("SIGKILL");
    await simulator.exited;
  });
  return simulator;
}

function readyMessage(simulator: OwnProcess<RigMessage, SimulatorMessage>) {
  const ready = Promise.withResolvers<Extract<SimulatorMessage, { type: "ready" }>>();
  const limit = setTimeout(
    () => ready.reject(new Error("the simulator was not ready in time")),
    READY_LIMIT_MS,
  );
  simulator.onMessage((message) => {
    if (message.type === "ready") ready.resolve(message);
  });
  void simulator.exited.then(({ stderrTail }) =>
    ready.reject(new Error(`the simulator ended: ${stderrTail}`)),
  );
  return ready.promise.finally(() => clearTimeout(limit));
}

/** Puts a certificate into the trust list of the other end. */
export async function trust(certificate: string, pkiFolder: string): Promise<void> {
  const folder = join(pkiFolder, "trusted", "certs");
  await mkdir(folder, { recursive: true });
  await copyFile(certificate, join(folder, basename(certificate)));
}

/** `[instruments.<key>]` of a Biostat at `port`; `more` is added to its [config]. */
export function biostatTable(port: number, key = "brx-07", more = ""): string {
  return [
    `[instruments.${key}]`,
    `driver_library = ${JSON.stringify(BIOSTAT_DRIVER)}`,
    "",
    `[instruments.${key}.config]`,
    'host = "127.0.0.1"',
    `port = ${port}`,
    'protocol = "OpcUa"',
    'username = "operator"',
    `password_env_var = "${PASSWORD_VARIABLE}"`,
    more,
    "",
  ].join("\n");
}

/** `[instruments.<key>]` of the generic OPC UA driver with one channel, read from `nodeId`. */
export function opcUaTable(endpoint: string, key: string, nodeId: string): string {
  return [
    `[instruments.${key}]`,
    `driver_library = ${JSON.stringify(OPCUA_DRIVER)}`,
    "",
    `[instruments.${key}.config]`,
    `endpoint_url = ${JSON.stringify(endpoint)}`,
    'username = "operator"',
    `password_env_var = "${PASSWORD_VARIABLE}"`,
    "",
    `[[instruments.${key}.config.channel_map]]`,
    "channel_id = 1",
    `node_id = ${JSON.stringify(nodeId)}`,
    'name = "temperature"',
    'unit = "Cel"',
    "",
  ].join("\n");
}

/** Writes helix.toml with these instrument tables, ledger and keys beside it; its path. */
export async function writeHelixToml(folder: string, ...instruments: readonly string[]): Promise<string> {
  const path = join(folder, "helix.toml");
  const folders = ["[ledger]", 'folder = "ledger"', "", "[pki]", 'folder = "pki"', "", ""].join("\n");
  await writeFile(path, folders + instruments.join("\n"));
  return path;
}

/** The environment that `helix up` needs. */
export const WITH_PASSWORD: Readonly<Record<string, string>> = { [PASSWORD_VARIABLE]: PASSWORD };
