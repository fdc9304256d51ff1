/** The libmodbus server as a process of the test, and a serial line between two programs. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { closeSync, constants, existsSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const SOURCE = new URL("libmodbus-server.c", import.meta.url).pathname;

const hasProgram = (name: string) =>
  (process.env.PATH ?? "").split(":").some((folder) => existsSync(join(folder, name)));

/** What a test must say that cannot run; undefined when all is there. */
export function missingFor(transport: "tcp" | "rtu"): string | undefined {
  if (!existsSync("/usr/include/modbus/modbus.h")) return "needs libmodbus, apt-get install libmodbus-dev";
  if (!hasProgram("gcc")) return "needs gcc, apt-get install gcc libc6-dev";
  if (transport === "rtu" && !hasProgram("socat")) return "needs socat, apt-get install socat";
  return undefined;
}

/** A folder with the built server in it. */
export function buildServer(): { program: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), "helix-libmodbus-"));
  const program = join(folder, "server");
  execFileSync("gcc", ["-O1", "-Wall", "-I/usr/include/modbus", SOURCE, "-o", program, "-lmodbus"]);
  return { program, remove: () => rmSync(folder, { recursive: true, force: true }) };
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

export interface SerialPair extends RunningProcess {
  readonly ends: readonly [string, string];
}

/** Two ports with a cable between them. */
export async function startSerialPair(): Promise<SerialPair> {
  const folder = mkdtempSync(join(tmpdir(), "helix-line-"));
  const ends = [join(folder, "a"), join(folder, "b")] as const;
  const child = spawn(
    "socat",
    ends.map((link) => `pty,raw,echo=0,link=${link}`),
    { stdio: "ignore" },
  );
  for (let waited = 0; !ends.every((path) => existsSync(path)); waited += 10) {
    if (waited > 20_000) throw new Error("socat has made no ports");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  // A port that nobody holds open ends socat: these are held for as long as the line is there.
  const held = ends.map((path) => openSync(path, constants.O_RDWR | constants.O_NOCTTY));
  return {
    ends,
    async end() {
      for (const descriptor of held) closeSync(descriptor);
      await end(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
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
