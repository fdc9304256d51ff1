/** The libmodbus server as a process of the test. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { missingForSerialPairs } from "@helix/platform";

const SOURCE = new URL("libmodbus-server.c", import.meta.url).pathname;

const hasProgram = (name: string) =>
  (process.env.PATH ?? "").split(":").some((folder) => existsSync(join(folder, name)));

/** What a test must say that cannot run; undefined when all is there. */
export function missingFor(transport: "tcp" | "rtu"): string | undefined {
  if (!existsSync("/usr/include/modbus/modbus.h")) return "needs libmodbus, apt-get install libmodbus-dev";
  if (!hasProgram("gcc")) return "needs gcc, apt-get install gcc libc6-dev";
  return transport === "rtu" && missingForSerialPairs() !== undefined
    ? "needs socat, apt-get install socat"
    : undefined;
}

/** A folder with the built server in it. */
export function buildServer(): { folder: string; program: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), "helix-libmodbus-"));
  const program = join(folder, "server");
  execFileSync("gcc", ["-O1", "-Wall", "-I/usr/include/modbus", SOURCE, "-o", program, "-lmodbus"]);
  return { folder, program, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

export interface RunningProcess {
  end(): Promise<void>;
}

/** Resolves when it has said "ready"; rejects with what it said when it ends instead. */
export async function startServer(program: string, args: readonly string[]): Promise<RunningProcess> {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  await new Promise<void>((resolve, reject) => {
    const onText = (text: Buffer) => {
      said += text.toString();
      if (/^ready$/m.test(said)) resolve();
    };
    child.stdout.on("data", onText);
    child.stderr.on("data", onText);
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`the server ended with code ${code}: ${said}`)));
  });
  return { end: () => end(child) };
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("a listener without a port");
  return address.port;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill("SIGKILL");
  await gone;
}
