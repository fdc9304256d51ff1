/**
 * A generic driver and a test server that trust each other, and a proxy between them.
 */
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { opcUaGenericConfig } from "../config.ts";
import { OpcUaGenericDriver } from "../driver.ts";
import { ensureClientCertificate } from "../pki.ts";
import { driverContext, platform, temporaryFolder } from "./bench.ts";
import { startTestServer, TEST_PASSWORD, TEST_USER, type TestServer } from "./opcua-server.ts";
import { StallingProxy } from "./stalling-proxy.ts";
import { SETPOINT_NODE, VALUE_NODE, VESSEL_NAMESPACE, VesselControls } from "./vessel.ts";

export const PASSWORD_VARIABLE = "HELIX_TEST_PASSWORD";
export const INSTRUMENT_KEY = "brx-01";

interface DriverOverrides {
  readonly config?: Readonly<Record<string, unknown>>;
  readonly pkiFolder?: string;
  readonly secrets?: Readonly<Record<string, string>>;
}

export class VesselBench {
  readonly server: TestServer<VesselControls>;
  readonly proxy: StallingProxy;
  readonly folder: string;
  readonly clientPki: string;
  readonly #remove: () => void;

  static async start(): Promise<VesselBench> {
    const { path: folder, remove } = temporaryFolder();
    const clientPki = join(folder, "client-pki");
    const clientCertificateFile = await ensureClientCertificate(clientPki, INSTRUMENT_KEY, platform.clock);
    const server = await startTestServer({
      folder,
      clientCertificateFile,
      namespaceUri: VESSEL_NAMESPACE,
      build: (namespace, objects) => new VesselControls().build(namespace, objects),
    });
    trust(clientPki, server.certificateFile);
    const proxy = await StallingProxy.start(platform.net, server.port);
    return new VesselBench(folder, clientPki, server, proxy, remove);
  }

  private constructor(
    folder: string,
    clientPki: string,
    server: TestServer<VesselControls>,
    proxy: StallingProxy,
    remove: () => void,
  ) {
    this.folder = folder;
    this.clientPki = clientPki;
    this.server = server;
    this.proxy = proxy;
    this.#remove = remove;
  }

  get vessel(): VesselControls {
    return this.server.controls;
  }

  /** A driver whose connection leads through the proxy. */
  driver({ config, pkiFolder = this.clientPki, secrets }: DriverOverrides = {}): OpcUaGenericDriver {
    const parsed = v.parse(opcUaGenericConfig, {
      endpoint_url: `opc.tcp://127.0.0.1:${this.proxy.port}`,
      username: TEST_USER,
      password_env_var: PASSWORD_VARIABLE,
      publishing_interval_ms: 50,
      channel_map: [TEMPERATURE_CHANNEL],
      ...config,
    });
    const context = driverContext(
      pkiFolder,
      secrets ?? { [PASSWORD_VARIABLE]: TEST_PASSWORD },
      INSTRUMENT_KEY,
    );
    return new OpcUaGenericDriver(parsed, context);
  }

  async stop(): Promise<void> {
    await this.proxy.stop();
    await this.server.stop();
    this.#remove();
  }
}

export const TEMPERATURE_CHANNEL = {
  channel_id: 0,
  node_id: VALUE_NODE,
  name: "temperature",
  unit: "Cel",
  is_writable: true,
  setpoint_node_id: SETPOINT_NODE,
  min: 20,
  max: 40,
};

/** Puts a certificate into a trust list. */
export function trust(pkiFolder: string, certificateFile: string): void {
  const folder = join(pkiFolder, "trusted", "certs");
  mkdirSync(folder, { recursive: true });
  copyFileSync(certificateFile, join(folder, "server.pem"));
}
