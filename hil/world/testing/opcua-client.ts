/** A driver's part for the tests: subscribes to the server's five values at 1 Hz, and reconnects. */
import { join } from "node:path";
import { OPCUACertificateManager } from "node-opcua-certificate-manager";
import { OPCUAClient } from "node-opcua-client";
import { AttributeIds } from "node-opcua-data-model";
import { MessageSecurityMode, SecurityPolicy } from "node-opcua-secure-channel";
import { TimestampsToReturn } from "node-opcua-service-read";
import { CERTIFICATE, PRIVATE_KEY } from "./opcua-identities.ts";
import { CHANNELS } from "./opcua-server.ts";

export interface ClientSettings {
  readonly endpoint: string;
  readonly pki: string;
  readonly secured: boolean;
  onValue(channel: string, value: unknown, sourceMs: number): void;
  onEvent(text: string): void;
}

export async function startClient(settings: ClientSettings): Promise<void> {
  const { endpoint, pki, secured } = settings;
  const client = OPCUAClient.create({
    applicationName: "client",
    applicationUri: "urn:world:client",
    securityMode: secured ? MessageSecurityMode.SignAndEncrypt : MessageSecurityMode.None,
    securityPolicy: secured ? SecurityPolicy.Basic256Sha256 : SecurityPolicy.None,
    endpointMustExist: false,
    clientCertificateManager: new OPCUACertificateManager({
      rootFolder: pki,
      automaticallyAcceptUnknownCertificate: true,
      disableFileWatchers: true,
    }),
    certificateFile: join(pki, CERTIFICATE),
    privateKeyFile: join(pki, PRIVATE_KEY),
    connectionStrategy: { initialDelay: 500, maxDelay: 5000, maxRetry: -1, randomisationFactor: 0.3 },
    keepSessionAlive: true,
    requestedSessionTimeout: 60_000,
    transportTimeout: 15_000,
    // With the default of 64 KiB per message the garbage collector takes half the time.
    transportSettings: {
      receiveBufferSize: 8192,
      sendBufferSize: 8192,
      maxMessageSize: 16 * 1024 * 1024,
      maxChunkCount: 4096,
    },
  });
  client.on("connection_lost", () => settings.onEvent("connection lost"));
  client.on("connection_reestablished", () => settings.onEvent("connection re-established"));
  await client.connect(endpoint);
  const session = await client.createSession();
  const subscription = await session.createSubscription2({
    requestedPublishingInterval: 1000,
    requestedLifetimeCount: 120,
    requestedMaxKeepAliveCount: 10,
    maxNotificationsPerPublish: 100,
    publishingEnabled: true,
    priority: 1,
  });
  for (const channel of CHANNELS) {
    const item = await subscription.monitor(
      { nodeId: `ns=1;s=${channel}`, attributeId: AttributeIds.Value },
      { samplingInterval: 1000, queueSize: 10, discardOldest: true },
      TimestampsToReturn.Both,
    );
    item.on("changed", (value) =>
      settings.onValue(channel, value.value.value, value.sourceTimestamp?.getTime() ?? 0),
    );
  }
  settings.onEvent("ready");
}
