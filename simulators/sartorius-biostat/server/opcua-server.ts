/**
 * The unit on the wire: an OPC UA server on one address, with encryption, user name and password, and
 * a list of the clients it trusts.
 */
import { join } from "node:path";
import type { Clock } from "@helix/hal";
import { OPCUACertificateManager } from "node-opcua-certificate-manager";
import { nodesets } from "node-opcua-nodesets";
import { MessageSecurityMode, SecurityPolicy } from "node-opcua-secure-channel";
import { OPCUAServer, RegisterServerMethod } from "node-opcua-server";
import { type Biostat, FIRMWARE_VERSION } from "../biostat.ts";
import type { ControlledChannel } from "../device/channels.ts";
import type { BiostatSimulatorOptions } from "../options.ts";
import { NAMESPACE_URI, type PublishedUnit, publishUnit } from "./address-space.ts";
import { FaultyServer } from "./faults/faulty-server.ts";
import { UnitClock } from "./faults/unit-clock.ts";
import { PlantCalendar } from "./plant-time.ts";
import { markOverflowOfAnyQuality } from "./queue-overflow.ts";
import { printStackErrors } from "./stack-errors.ts";
import type { Acknowledge } from "./unit-nodes.ts";

const RSA_BITS = 2048;
/** A client may ask for less; ms. */
const TOKEN_LIFETIME_MS = 3_600_000;
/** Reported by the server; a fixed date, so that two runs answer the same. */
const BUILD_DATE = new Date(Date.UTC(2026, 0, 1));

export interface BiostatServer extends PublishedUnit {
  /** opc.tcp URL */
  readonly endpoint: string;
  /** The server's own certificate, PEM. */
  readonly certificateFile: string;
  /** Calls back before each request is answered. */
  onRequest(listener: () => void): void;
  /** Closes sessions and stops listening. */
  shutdown(): Promise<void>;
}

/**
 * Starts listening. Keys and certificate are made in the PKI folder when it has none. The clock is for
 * faults that make answers late.
 *
 * @throws Error that names the port when it cannot be listened on
 */
export async function startBiostatServer(
  options: BiostatSimulatorOptions,
  password: string,
  unit: Biostat,
  clock: Clock,
): Promise<BiostatServer> {
  markOverflowOfAnyQuality();
  printStackErrors((line) => void process.stderr.write(line));
  const trust = await certificateManager(options.pkiFolder);
  const users = await certificateManager(join(options.pkiFolder, "users"));
  const server = new OPCUAServer({
    host: options.host,
    hostname: options.host,
    alternateHostname: [options.host],
    port: options.port,
    securityModes: [MessageSecurityMode.SignAndEncrypt],
    securityPolicies: [SecurityPolicy.Basic256Sha256, SecurityPolicy.Aes256_Sha256_RsaPss],
    allowAnonymous: false,
    defaultSecureTokenLifetime: TOKEN_LIFETIME_MS,
    userManager: {
      isValidUser: (user: string, given: string) => user === options.username && given === password,
    },
    serverCertificateManager: trust,
    userCertificateManager: users,
    registerServerMethod: RegisterServerMethod.HIDDEN,
    nodeset_filename: [nodesets.standard],
    serverInfo: {
      applicationUri: `urn:helix:simulator:sartorius-biostat:${options.serialNumber}`,
      productUri: NAMESPACE_URI,
      applicationName: { text: `Biostat B ${options.serialNumber} (simulated)` },
    },
    buildInfo: {
      productName: "HELIX Biostat simulator",
      softwareVersion: FIRMWARE_VERSION,
      buildNumber: FIRMWARE_VERSION,
      buildDate: BUILD_DATE,
    },
    // 0: an item that asks for sampling interval 0 is told of every value, not of one per interval.
    serverCapabilities: { minSupportedSampleRate: 0 },
  });
  await server.initialize();
  const published = publish(server, unit, options, clock);
  const faulty = new FaultyServer(server, unit.faults, clock);
  await listen(server, options);
  return {
    ...published,
    publishReadings() {
      if (faulty.isAway) return;
      faulty.beforeSamples();
      published.publishReadings();
    },
    endpoint: server.getEndpointUrl(),
    certificateFile: server.certificateFile,
    onRequest: (listener) => void server.on("request", listener),
    async shutdown() {
      await faulty.settled();
      await server.shutdown(0);
      await Promise.all([trust.dispose(), users.dispose()]);
    },
  };
}

async function certificateManager(rootFolder: string): Promise<OPCUACertificateManager> {
  const manager = new OPCUACertificateManager({
    rootFolder,
    automaticallyAcceptUnknownCertificate: false,
    keySize: RSA_BITS,
  });
  await manager.initialize();
  return manager;
}

function publish(
  server: OPCUAServer,
  unit: Biostat,
  options: BiostatSimulatorOptions,
  clock: Clock,
): PublishedUnit {
  const { addressSpace } = server.engine;
  if (!addressSpace) throw new Error("the OPC UA server has no address space");
  const calendar = new PlantCalendar(options.inoculation);
  const namespace = addressSpace.registerNamespace(NAMESPACE_URI);
  const published = publishUnit(unit, {
    namespace,
    objects: addressSpace.rootFolder.objects,
    calendar,
    clock: new UnitClock(unit.faults),
    acknowledge: (channel) => lateAnswers(unit, channel, clock),
    serialNumber: options.serialNumber,
  });
  published.publishReadings();
  return published;
}

/** Answers to setpoints of `channel`, as late as the faults in force make them. */
function lateAnswers({ faults }: Biostat, channel: ControlledChannel, clock: Clock): Acknowledge {
  return (answer) => {
    const slow = faults.onWire.filter((fault) => (fault.acknowledgeDelayMs?.(channel) ?? 0) > 0);
    const delayMs = slow.reduce((sum, fault) => sum + (fault.acknowledgeDelayMs?.(channel) ?? 0), 0);
    if (delayMs === 0) return answer();
    for (const { touched } of slow) touched.note(0, delayMs);
    clock.timer(delayMs, answer);
  };
}

async function listen(server: OPCUAServer, { host, port }: BiostatSimulatorOptions): Promise<void> {
  try {
    await server.start();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const why =
      code === "EADDRINUSE"
        ? "it is in use by another program; end that program or choose another port"
        : (error as Error).message;
    throw new Error(`cannot listen on ${host} port ${port}: ${why}`, { cause: error });
  }
}
