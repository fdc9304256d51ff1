/**
 * A small OPC UA server for tests: SignAndEncrypt only, one user, one trusted client, and the
 * address space that the test builds.
 */
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { OPCUACertificateManager } from "node-opcua-certificate-manager";
import { MessageSecurityMode, SecurityPolicy } from "node-opcua-client";
import { OPCUAServer } from "node-opcua-server";
import { platform } from "./bench.ts";

type AddressSpace = NonNullable<OPCUAServer["engine"]["addressSpace"]>;
export type Namespace = ReturnType<AddressSpace["getOwnNamespace"]>;
export type UAObject = ReturnType<Namespace["addObject"]>;
export type UARootFolder = AddressSpace["rootFolder"]["objects"];

export const TEST_USER = "operator";
export const TEST_PASSWORD = "let-me-in";

export interface TestServer<Controls> {
  readonly port: number;
  readonly certificateFile: string;
  /** What the test does to the address space it built. */
  readonly controls: Controls;
  /** Subscriptions that are there tell nothing from now on but that they live. */
  silence(): void;
  stop(): Promise<void>;
}

export interface TestServerOptions<Controls> {
  /** Holds the server's keys and trust list. */
  readonly folder: string;
  readonly clientCertificateFile: string;
  readonly namespaceUri: string;
  /** Absent: a free one. */
  readonly port?: number;
  readonly build: (namespace: Namespace, objects: UARootFolder) => Controls;
}

export async function startTestServer<Controls>(
  options: TestServerOptions<Controls>,
): Promise<TestServer<Controls>> {
  const rootFolder = join(options.folder, "server-pki");
  // Before the store reads its folders: without watchers it reads them once.
  const trusted = join(rootFolder, "trusted", "certs");
  mkdirSync(trusted, { recursive: true });
  copyFileSync(options.clientCertificateFile, join(trusted, "client.pem"));
  const store = new OPCUACertificateManager({
    rootFolder,
    automaticallyAcceptUnknownCertificate: false,
    disableFileWatchers: true,
  });
  await store.initialize();
  const port = options.port ?? (await freePort());
  const server = new OPCUAServer({
    port,
    host: "127.0.0.1",
    hostname: "127.0.0.1",
    serverCertificateManager: store,
    userCertificateManager: store,
    serverInfo: { applicationUri: "urn:helix:test:server" },
    securityModes: [MessageSecurityMode.SignAndEncrypt],
    securityPolicies: [SecurityPolicy.Basic256Sha256],
    allowAnonymous: false,
    userManager: {
      isValidUser: (user: string, password: string) => user === TEST_USER && password === TEST_PASSWORD,
    },
    serverCapabilities: { minSupportedSampleRate: 0 },
  });
  await server.initialize();
  const space = server.engine.addressSpace;
  if (!space) throw new Error("the server has no address space");
  const namespace = space.registerNamespace(options.namespaceUri);
  const controls = options.build(namespace, space.rootFolder.objects);
  await server.start();
  const { certificateFile } = server;
  const silence = () => {
    for (const subscription of subscriptionsOf(server)) subscription.setPublishingMode(false);
  };
  return { port, certificateFile, controls, silence, stop: () => server.shutdown(0) };
}

/** The stack keeps its sessions to itself. */
function subscriptionsOf({ engine }: OPCUAServer) {
  type Subscriptions = readonly { setPublishingMode(on: boolean): unknown }[];
  type Sessions = Record<string, { readonly publishEngine: { readonly subscriptions: Subscriptions } }>;
  const { _sessions } = engine as unknown as { readonly _sessions: Sessions };
  return Object.values(_sessions).flatMap(({ publishEngine }) => publishEngine.subscriptions);
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const listener = await platform.net.listen({ host: "127.0.0.1", port: 0 }, () => {});
  await listener.close();
  return listener.port;
}
