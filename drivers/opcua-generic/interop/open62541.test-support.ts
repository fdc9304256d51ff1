/**
 * The open62541 server as a process of the test: built on demand, started, killed.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { closeCertificateStore, openCertificateStore } from "../pki.ts";
import { loadOpcUaStack } from "../stack.ts";
import { platform } from "../testing/bench.ts";

const ROOT = new URL("../../../", import.meta.url).pathname;
const BUILD = join(ROOT, "tools/peers/open62541.sh");
const SOURCE = new URL("open62541-server.c", import.meta.url).pathname;
const PEERS = process.env.HELIX_PEERS ?? join(tmpdir(), "helix-peers");

/** The library has been fetched; tools/peers/open62541.sh does that. */
export const open62541IsThere = existsSync(join(PEERS, "open62541", "root"));

export class Open62541Server {
  readonly port: number;
  /** PEM */
  readonly certificateFile: string;
  readonly #arguments: readonly string[];
  readonly #program: string;
  #process: ChildProcess | undefined;

  /** Builds the program, makes its keys, and lets in the client with this certificate (PEM). */
  static async prepare(
    folder: string,
    clientCertificateFile: string,
    port: number,
  ): Promise<Open62541Server> {
    const program = join(PEERS, "open62541", "helix-driver-server");
    execFileSync(BUILD, ["build", SOURCE, program], { stdio: ["ignore", "ignore", "inherit"] });
    const { certificateFile, keyFile } = await makeKeys(folder);
    const der = (name: string, bytes: Uint8Array) => {
      const path = join(folder, name);
      writeFileSync(path, bytes);
      return path;
    };
    return new Open62541Server(port, certificateFile, program, [
      String(port),
      der("server.der", new X509Certificate(readFileSync(certificateFile)).raw),
      der("server-key.der", createPrivateKey(readFileSync(keyFile)).export({ type: "pkcs1", format: "der" })),
      der("client.der", new X509Certificate(readFileSync(clientCertificateFile)).raw),
    ]);
  }

  private constructor(port: number, certificateFile: string, program: string, args: readonly string[]) {
    this.port = port;
    this.certificateFile = certificateFile;
    this.#program = program;
    this.#arguments = args;
  }

  /** Resolves when it listens; rejects with what it said when it ends instead. */
  async start(): Promise<void> {
    const child = spawn(this.#program, this.#arguments, { stdio: ["ignore", "pipe", "pipe"] });
    this.#process = child;
    let said = "";
    await new Promise<void>((resolve, reject) => {
      const onText = (text: Buffer) => {
        said += text.toString();
        if (/^ready$/m.test(said)) resolve();
      };
      child.stdout.on("data", onText);
      child.stderr.on("data", onText);
      child.once("error", reject);
      child.once("exit", (code) => reject(new Error(`open62541 server ended with code ${code}: ${said}`)));
    });
  }

  /** Without a word to anybody, as a power cut does. */
  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (!child || child.exitCode !== null) return;
    const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    child.kill("SIGKILL");
    await gone;
  }
}

async function makeKeys(folder: string): Promise<{ certificateFile: string; keyFile: string }> {
  const stack = await loadOpcUaStack();
  const store = await openCertificateStore(stack, join(folder, "open62541-pki"));
  const certificateFile = join(store.rootDir, "own", "certs", "server.pem");
  await store.createSelfSignedCertificate({
    applicationUri: "urn:helix:test:open62541",
    dns: ["localhost"],
    ip: ["127.0.0.1"],
    outputFile: certificateFile,
    subject: "/O=HELIX/CN=open62541 test server",
    startDate: new Date(Number(platform.clock.wallUtcNs() / 1_000_000n) - 86_400_000),
    validity: 365,
  });
  const keyFile = store.privateKey;
  await closeCertificateStore(store);
  return { certificateFile, keyFile };
}
