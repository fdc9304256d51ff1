/** A Biostat driver and a stand-in unit that trust each other, and a proxy between them. */
import { join } from "node:path";
import { ensureClientCertificate } from "@helix/driver-opcua-generic";
import {
  driverContext,
  platform,
  StallingProxy,
  startTestServer,
  TEST_PASSWORD,
  TEST_USER,
  type TestServer,
  temporaryFolder,
  trust,
} from "@helix/driver-opcua-generic/testing";
import * as v from "valibot";
import { NAMESPACE } from "../address-space.ts";
import { biostatConfig } from "../config.ts";
import { SartoriusBiostatDriver } from "../driver.ts";
import { Unit } from "./unit.ts";

const KEY = "brx-07";

export class UnitBench {
  readonly server: TestServer<Unit>;
  readonly proxy: StallingProxy;
  readonly #pkiFolder: string;
  readonly #remove: () => void;

  static async start(namespaceUri: string = NAMESPACE): Promise<UnitBench> {
    const { path: folder, remove } = temporaryFolder();
    const pkiFolder = join(folder, "client-pki");
    const server = await startTestServer({
      folder,
      clientCertificateFile: await ensureClientCertificate(pkiFolder, KEY, platform.clock),
      namespaceUri,
      build: (namespace, objects) => new Unit().build(namespace, objects),
    });
    trust(pkiFolder, server.certificateFile);
    return new UnitBench(server, await StallingProxy.start(platform.net, server.port), pkiFolder, remove);
  }

  private constructor(server: TestServer<Unit>, proxy: StallingProxy, pkiFolder: string, remove: () => void) {
    this.server = server;
    this.proxy = proxy;
    this.#pkiFolder = pkiFolder;
    this.#remove = remove;
  }

  get unit(): Unit {
    return this.server.controls;
  }

  driver(config: Readonly<Record<string, unknown>> = {}): SartoriusBiostatDriver {
    const parsed = v.parse(biostatConfig, {
      host: "127.0.0.1",
      port: this.proxy.port,
      protocol: "OpcUa",
      poll_interval_ms: 50,
      username: TEST_USER,
      password_env_var: "PW",
      ...config,
    });
    return new SartoriusBiostatDriver(parsed, driverContext(this.#pkiFolder, { PW: TEST_PASSWORD }, KEY));
  }

  async stop(): Promise<void> {
    await this.proxy.stop();
    await this.server.stop();
    this.#remove();
  }
}
