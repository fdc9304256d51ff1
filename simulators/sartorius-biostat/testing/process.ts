/** The simulator as a rig and a driver see it: its process, and an OPC UA client that it trusts. */
import { copyFile, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type OwnProcess, startProcess } from "@helix/platform";
import { OPCUACertificateManager } from "node-opcua-certificate-manager";
import { MessageSecurityMode, OPCUAClient, SecurityPolicy, UserTokenType } from "node-opcua-client";
import type { RigMessage, SimulatorMessage } from "../../control.ts";
import { SIMULATORS } from "../../index.ts";
import type { BiostatSimulatorOptions } from "../options.ts";

export const PASSWORD = "correct horse";
const PASSWORD_VARIABLE = "HELIX_TEST_BIOSTAT_PASSWORD";
const CENTURY_DAYS = 36_525;
export const CLIENT_URI = "urn:helix:test:client";

export interface ClientPki {
  readonly folder: string;
  readonly manager: OPCUACertificateManager;
  readonly certificateFile: string;
  readonly privateKeyFile: string;
}

/** A folder of its own, removed by the returned function. */
export async function temporaryFolder(): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), "helix-biostat-"));
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 5 }) };
}

/** Keys and a self-signed certificate for a client. */
export async function createClientPki(folder: string): Promise<ClientPki> {
  const manager = new OPCUACertificateManager({
    rootFolder: folder,
    automaticallyAcceptUnknownCertificate: true,
    keySize: 2048,
    disableFileWatchers: true,
  });
  await manager.initialize();
  const certificateFile = join(folder, "own/certs/certificate.pem");
  await manager.createSelfSignedCertificate({
    applicationUri: CLIENT_URI,
    dns: ["localhost"],
    ip: ["127.0.0.1"],
    subject: "/CN=helix test client",
    startDate: new Date(Date.UTC(2020, 0, 1)),
    validity: CENTURY_DAYS,
    outputFile: certificateFile,
  });
  return { folder, manager, certificateFile, privateKeyFile: manager.privateKey };
}

/** A folder with keys of a client, whom a simulator trusts that keeps its own in `server` there. */
export async function clientFolder(): Promise<{ path: string; pki: ClientPki; remove: () => Promise<void> }> {
  const { path, remove } = await temporaryFolder();
  const pki = await createClientPki(join(path, "client"));
  await trustClient(join(path, "server"), pki);
  return { path, pki, remove };
}

export interface RunningSimulator {
  readonly process: OwnProcess<RigMessage, SimulatorMessage>;
  readonly ready: Extract<SimulatorMessage, { type: "ready" }>;
  readonly messages: readonly SimulatorMessage[];
  /** Grants plant time and waits until it is used up. */
  advance(untilS: number, speed: number): Promise<void>;
  /** Waits for a message of the kind that `wanted` accepts, past ones included. */
  message(wanted: (message: SimulatorMessage) => boolean): Promise<SimulatorMessage>;
  stop(): Promise<{ code: number | undefined }>;
}

export function simulatorOptions(
  pkiFolder: string,
  changes: Partial<BiostatSimulatorOptions> = {},
): BiostatSimulatorOptions {
  return {
    host: "127.0.0.1",
    port: 0,
    seed: 7,
    twin: "cho-fed-batch",
    serialNumber: "SIM-00417",
    beginS: 342_000,
    inoculation: "2026-01-05T06:00:00Z",
    samplePeriodS: 10,
    truthPeriodS: 60,
    pkiFolder,
    username: "operator",
    passwordEnvVar: PASSWORD_VARIABLE,
    ...changes,
  };
}

/** Lets the simulator in `pkiFolder` trust the client. */
export async function trustClient(pkiFolder: string, client: ClientPki): Promise<void> {
  await mkdir(join(pkiFolder, "trusted/certs"), { recursive: true });
  await copyFile(client.certificateFile, join(pkiFolder, "trusted/certs/client.pem"));
}

/** Starts the process without waiting for it to be ready. */
export function launchSimulator(options: BiostatSimulatorOptions, environment?: Record<string, string>) {
  const simulator = SIMULATORS.get("sartorius-biostat");
  if (!simulator) throw new Error("sartorius-biostat is not registered");
  return startProcess<RigMessage, SimulatorMessage>(simulator.module, {
    args: [JSON.stringify(options)],
    environment: environment ?? { [PASSWORD_VARIABLE]: PASSWORD },
  });
}

/** @throws Error with the simulator's own message when it does not get ready */
export async function startSimulator(options: BiostatSimulatorOptions): Promise<RunningSimulator> {
  const child = launchSimulator(options);
  const messages: SimulatorMessage[] = [];
  const listeners = new Set<(message: SimulatorMessage) => void>();
  child.onMessage((message) => {
    messages.push(message);
    for (const listener of listeners) listener(message);
  });
  const gone = child.exited.then(({ code, signal, stderrTail }): never => {
    throw new Error(`the simulator ended (${code ?? signal}): ${stderrTail}`);
  });
  gone.catch(() => {});
  const message = (wanted: (message: SimulatorMessage) => boolean): Promise<SimulatorMessage> => {
    const past = messages.find(wanted);
    if (past) return Promise.resolve(past);
    const next = new Promise<SimulatorMessage>((resolve) => {
      const listener = (arrived: SimulatorMessage) => {
        if (!wanted(arrived)) return;
        listeners.delete(listener);
        resolve(arrived);
      };
      listeners.add(listener);
    });
    return Promise.race([next, gone]);
  };
  const ready = await message(({ type }) => type === "ready");
  if (ready.type !== "ready") throw new Error("not a ready message");
  return {
    process: child,
    ready,
    messages,
    message,
    async advance(untilS, speed) {
      const seen = messages.length;
      child.send({ type: "advance", untilS, speed });
      await message(
        (arrived) => arrived.type === "time" && arrived.reached && messages.indexOf(arrived) >= seen,
      );
    },
    async stop() {
      child.send({ type: "stop" });
      return child.exited;
    },
  };
}

/** A client of our own stack, not yet connected. */
export function createClient(pki: ClientPki, policy = SecurityPolicy.Basic256Sha256): OPCUAClient {
  return OPCUAClient.create({
    applicationName: "helix test client",
    applicationUri: CLIENT_URI,
    securityMode: MessageSecurityMode.SignAndEncrypt,
    securityPolicy: policy,
    certificateFile: pki.certificateFile,
    privateKeyFile: pki.privateKeyFile,
    clientCertificateManager: pki.manager,
    endpointMustExist: false,
    connectionStrategy: { maxRetry: 0 },
    requestedSessionTimeout: 60_000,
  });
}

/** A simulator, and a client in session with it. */
export async function startInSession() {
  const folder = await clientFolder();
  const simulator = await startSimulator(simulatorOptions(join(folder.path, "server")));
  const client = createClient(folder.pki);
  const session = await openSession(client, simulator.ready.endpoint);
  /** Of the unit's nodes. */
  const ns = (await session.readNamespaceArray()).indexOf("urn:helix:standin:sartorius-biostat");
  return { folder, simulator, client, session, ns };
}

export async function openSession(client: OPCUAClient, endpoint: string, password = PASSWORD) {
  await client.connect(endpoint);
  return client.createSession({ type: UserTokenType.UserName, userName: "operator", password });
}
