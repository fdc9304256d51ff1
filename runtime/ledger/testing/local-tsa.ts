/** A time-stamping authority of openssl behind HTTP on loopback, for tests. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";

export const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;

export interface LocalTsa {
  readonly url: string;
  /** Method and content type of each request so far. */
  readonly requests: readonly string[];
  /** What the next answers are instead of a time-stamp; undefined: time-stamps again. */
  answer: Uint8Array | "hang" | "refuse" | undefined;
  /** What it answers to a request. */
  reply(request: Uint8Array): Uint8Array;
  /** @throws Error with what openssl says when the token is not of the file */
  verify(file: string, token: string): void;
  stop(): Promise<void>;
}

const KEYS = { rsa: ["rsa:2048"], ec: ["ec", "-pkeyopt", "ec_paramgen_curve:P-384"] } as const;

/** @param folder to be made, for its keys; @param usage of its certificate */
export async function startLocalTsa(
  folder: string,
  { key = "rsa", usage = "timeStamping" }: { key?: keyof typeof KEYS; usage?: string } = {},
): Promise<LocalTsa> {
  mkdirSync(folder);
  const ssl = (...args: string[]) => {
    const { status, stderr } = spawnSync("openssl", args, { cwd: folder, encoding: "utf8" });
    if (status !== 0) throw new Error(`openssl ${args[0]}: ${stderr}`);
  };
  const lines = [
    "[tsa]\ndefault_tsa=t\n[t]\nserial=./serial\ncrypto_device=builtin\nsigner_digest=sha384",
    "default_policy=1.2.3.4\ndigests=sha256\ntsa_name=no\ness_cert_id_alg=sha256\n",
  ];
  writeFileSync(join(folder, "tsa.cnf"), lines.join("\n"));
  writeFileSync(join(folder, "serial"), "01\n");
  const files = ["-keyout", "tsa.key", "-out", "tsa.pem", "-subj", "/CN=Test TSA", "-days", "30"];
  const extension = `extendedKeyUsage=critical,${usage}`;
  ssl("req", "-x509", "-newkey", ...KEYS[key], "-nodes", ...files, "-addext", extension);
  const requests: string[] = [];
  const tsa = {
    url: "",
    requests,
    answer: undefined as LocalTsa["answer"],
    reply(request: Uint8Array) {
      writeFileSync(join(folder, "q.tsq"), request);
      const signer = ["-inkey", "tsa.key", "-signer", "tsa.pem"];
      ssl("ts", "-reply", "-config", "tsa.cnf", "-queryfile", "q.tsq", ...signer, "-out", "r.tsr");
      return new Uint8Array(readFileSync(join(folder, "r.tsr")));
    },
    verify: (file: string, token: string) =>
      ssl("ts", "-verify", "-data", file, "-in", token, "-CAfile", "tsa.pem"),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.headers["content-type"]}`);
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      if (tsa.answer === "hang") return;
      if (tsa.answer === "refuse") response.writeHead(503).end();
      else response.end(tsa.answer ?? tsa.reply(Buffer.concat(chunks)));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  tsa.url = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}/tsr`;
  return tsa;
}
