/** A bioreactor's OPC UA server for the tests: five values that wander once a second. */
import { join } from "node:path";
import type { Random } from "@helix/hal";
import { OPCUACertificateManager } from "node-opcua-certificate-manager";
import { nodesets } from "node-opcua-nodesets";
import { MessageSecurityMode, SecurityPolicy } from "node-opcua-secure-channel";
import { OPCUAServer } from "node-opcua-server";
import { DataType } from "node-opcua-variant";
import { CERTIFICATE, PRIVATE_KEY } from "./opcua-identities.ts";

export const CHANNELS = ["Temperature", "pH", "DissolvedOxygen", "Agitation", "Weight"] as const;
const START = [37, 7.1, 40, 300, 5];

export interface ServerSettings {
  readonly hostname: string;
  readonly pki: string;
  readonly secured: boolean;
  readonly random: Random;
}

export async function startServer({ hostname, pki, secured, random }: ServerSettings): Promise<void> {
  const certificates = new OPCUACertificateManager({
    rootFolder: pki,
    automaticallyAcceptUnknownCertificate: true,
    disableFileWatchers: true,
  });
  const server = new OPCUAServer({
    port: 4840,
    hostname,
    nodeset_filename: [nodesets.standard],
    serverCertificateManager: certificates,
    userCertificateManager: certificates,
    certificateFile: join(pki, CERTIFICATE),
    privateKeyFile: join(pki, PRIVATE_KEY),
    serverInfo: { applicationUri: "urn:world:server" },
    securityPolicies: [secured ? SecurityPolicy.Basic256Sha256 : SecurityPolicy.None],
    securityModes: [secured ? MessageSecurityMode.SignAndEncrypt : MessageSecurityMode.None],
    disableDiscovery: !secured,
  });
  await server.initialize();
  const { addressSpace } = server.engine;
  if (addressSpace === null) throw new Error("the server has no address space");
  const namespace = addressSpace.getOwnNamespace();
  const device = namespace.addObject({
    organizedBy: addressSpace.rootFolder.objects,
    browseName: "Bioreactor",
  });
  const variables = CHANNELS.map((name) =>
    namespace.addVariable({
      componentOf: device,
      nodeId: `s=${name}`,
      browseName: name,
      dataType: DataType.Double,
      minimumSamplingInterval: 100,
    }),
  );
  const values = [...START];
  const step = () => {
    for (const [i, variable] of variables.entries()) {
      values[i] = (values[i] ?? 0) + random.normal() * 0.01;
      variable.setValueFromSource({ dataType: DataType.Double, value: values[i] });
    }
  };
  step();
  setInterval(step, 1000);
  await server.start();
}
