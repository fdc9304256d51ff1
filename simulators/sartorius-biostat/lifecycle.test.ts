/** How the process begins and ends, and whom it lets in. */
import { fork } from "node:child_process";
import { readdir, rename } from "node:fs/promises";
import { createServer } from "node:net";
import { MessageSecurityMode, OPCUAClient, SecurityPolicy } from "node-opcua-client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { SimulatorMessage } from "../control.ts";
import { SIMULATORS } from "../index.ts";
import {
  CLIENT_URI,
  type ClientPki,
  clientFolder,
  createClient,
  launchSimulator,
  openSession,
  simulatorOptions,
  startSimulator,
} from "./testing/process.ts";

let folder: Awaited<ReturnType<typeof clientFolder>>;
let pki: ClientPki;

beforeAll(async () => {
  folder = await clientFolder();
  ({ pki } = folder);
});

afterAll(async () => {
  await folder?.remove();
});

/** What a simulator that cannot start says, and how it ends. */
async function failure(
  changes: Parameters<typeof simulatorOptions>[1],
  environment?: Record<string, string>,
): Promise<{ message: string; code: number | undefined }> {
  const child = launchSimulator(simulatorOptions(`${folder.path}/server`, changes), environment);
  let message = "";
  child.onMessage((arrived) => {
    if (arrived.type === "failed") message = arrived.message;
  });
  const { code } = await child.exited;
  return { message, code };
}

describe("what keeps it from starting is told in one line", () => {
  test("a port in use", async () => {
    const squatter = createServer();
    await new Promise<void>((resolve) => squatter.listen(0, "127.0.0.1", resolve));
    const address = squatter.address();
    const port = typeof address === "object" ? (address?.port ?? 0) : 0;
    const { message, code } = await failure({ port });
    await new Promise((resolve) => squatter.close(resolve));
    expect(message).toContain(`127.0.0.1 port ${port}`);
    expect(message).toContain("in use");
    expect(code).toBe(1);
  });

  test("an unknown twin", async () => {
    expect((await failure({ twin: "yeast" })).message).toBe(
      'twin "yeast" is not known; known are: cho-fed-batch',
    );
  });

  test("a password that is not in the environment", async () => {
    const { message } = await failure({ passwordEnvVar: "HELIX_TEST_NOT_SET" }, {});
    expect(message).toContain("HELIX_TEST_NOT_SET");
  });

  test("an option of the wrong kind", async () => {
    expect((await failure({ samplePeriodS: 0.5 })).message).toContain("samplePeriodS");
  });
});

describe("who gets in", () => {
  test("only encrypted endpoints, on the address it listens on", async () => {
    const simulator = await startSimulator(simulatorOptions(`${folder.path}/server`));
    const client = OPCUAClient.create({
      applicationUri: CLIENT_URI,
      endpointMustExist: false,
      certificateFile: pki.certificateFile,
      privateKeyFile: pki.privateKeyFile,
      clientCertificateManager: pki.manager,
      connectionStrategy: { maxRetry: 0 },
    });
    await client.connect(simulator.ready.endpoint);
    const endpoints = await client.getEndpoints();
    await client.disconnect();
    expect(simulator.ready.endpoint).toMatch(/^opc\.tcp:\/\/127\.0\.0\.1:\d+$/);
    expect(new Set(endpoints.map(({ endpointUrl }) => endpointUrl))).toEqual(
      new Set([simulator.ready.endpoint]),
    );
    expect(endpoints.map(({ securityMode }) => securityMode)).toEqual([
      MessageSecurityMode.SignAndEncrypt,
      MessageSecurityMode.SignAndEncrypt,
    ]);
    expect(new Set(endpoints.map(({ securityPolicyUri }) => securityPolicyUri))).toEqual(
      new Set([SecurityPolicy.Aes256_Sha256_RsaPss, SecurityPolicy.Basic256Sha256]),
    );
    await simulator.stop();
  });

  test("a trusted client with the password, by either policy; not with a wrong one, not anonymously", async () => {
    const simulator = await startSimulator(simulatorOptions(`${folder.path}/server`));
    const { endpoint } = simulator.ready;
    for (const policy of [SecurityPolicy.Basic256Sha256, SecurityPolicy.Aes256_Sha256_RsaPss]) {
      const client = createClient(pki, policy);
      const session = await openSession(client, endpoint);
      await session.close();
      await client.disconnect();
    }
    const wrong = createClient(pki);
    await expect(openSession(wrong, endpoint, "wrong")).rejects.toThrow(
      /BadUserAccessDenied|BadIdentityTokenRejected/,
    );
    await wrong.disconnect();
    const anonymous = createClient(pki);
    await anonymous.connect(endpoint);
    await expect(anonymous.createSession()).rejects.toThrow(/ANONYMOUS/);
    await anonymous.disconnect();
    await simulator.stop();
  });

  test("not a client whose certificate it does not trust; once it is moved to the trusted, it gets in", async () => {
    const simulator = await startSimulator(simulatorOptions(`${folder.path}/untrusting`));
    const stranger = createClient(pki);
    await expect(openSession(stranger, simulator.ready.endpoint)).rejects.toThrow(
      /BadSecurityChecksFailed|BadCertificateUntrusted/,
    );
    await stranger.disconnect();
    // Moved from the rejected to the trusted while it runs, as an operator does.
    const [name = "none"] = await readdir(`${folder.path}/untrusting/rejected`);
    await rename(
      `${folder.path}/untrusting/rejected/${name}`,
      `${folder.path}/untrusting/trusted/certs/${name}`,
    );
    await expect
      .poll(
        async () => {
          const client = createClient(pki);
          try {
            await (await openSession(client, simulator.ready.endpoint)).close();
            return "in";
          } catch {
            return "out";
          } finally {
            await client.disconnect();
          }
        },
        { timeout: 20_000, interval: 500 },
      )
      .toBe("in");
    await simulator.stop();
  });
});

describe("how it ends", () => {
  test("on stop, with a client connected and time advancing: code 0, and the receipts of active faults", async () => {
    const simulator = await startSimulator(simulatorOptions(`${folder.path}/server`));
    const client = createClient(pki);
    await openSession(client, simulator.ready.endpoint);
    simulator.process.send({
      type: "inject",
      id: "drift",
      fault: { inject: "drift", channel: "ph", ratePerHour: 0.1 },
    });
    simulator.process.send({ type: "advance", untilS: 400_000, speed: 600 });
    await simulator.message(({ type }) => type === "time");
    const { code } = await simulator.stop();
    expect(code).toBe(0);
    expect(simulator.messages).toContainEqual(expect.objectContaining({ type: "receipt", id: "drift" }));
    await client.disconnect();
  });

  test("by itself, when its rig is gone", async () => {
    const simulator = SIMULATORS.get("sartorius-biostat");
    const child = fork(simulator?.module ?? "", [JSON.stringify(simulatorOptions(`${folder.path}/server`))], {
      env: { ...process.env, HELIX_TEST_BIOSTAT_PASSWORD: "x" },
      serialization: "advanced",
    });
    const exited = new Promise<number | null>((resolve) => child.once("exit", resolve));
    await new Promise<void>((resolve) =>
      child.on("message", (message: SimulatorMessage) => {
        if (message.type === "ready") resolve();
      }),
    );
    child.disconnect();
    expect(await exited).toBe(0);
  });

  test("a fault that cannot be injected ends it, and says why", async () => {
    const simulator = await startSimulator(simulatorOptions(`${folder.path}/server`));
    simulator.process.send({
      type: "inject",
      id: "x",
      fault: { inject: "drift", channel: "redox", ratePerHour: 1 },
    });
    const message = await simulator.message(({ type }) => type === "failed");
    expect(message).toMatchObject({ message: 'the Biostat has no channel "redox"' });
    expect(await simulator.process.exited).toMatchObject({ code: 1 });
  });
});
