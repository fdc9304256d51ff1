/**
 * Two serial ports with a cable between them, made of pseudo-terminals by socat: Node has no way to make
 * any. They carry bytes as fast as they come, whatever the baud rate says.
 */
import { spawn } from "node:child_process";
import { closeSync, constants, existsSync, openSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { Clock } from "@helix/hal";

export interface SerialPair {
  /** Paths of the two ports. */
  readonly ends: readonly [string, string];
  close(): Promise<void>;
}

const PROGRAM = "socat";
const START_BUDGET_MS = 10_000;
const LOOK_EVERY_MS = 5;
const STOP_BUDGET_MS = 2_000;

/** What this machine lacks for serial pairs, with how to come by it; undefined when all is there. */
export function missingForSerialPairs(): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders.some((folder) => existsSync(join(folder, PROGRAM)))
    ? undefined
    : "socat is not installed; apt-get install socat, or the package of that name of your system";
}

/**
 * @param ends paths that the ports will be found at; links to the terminals
 * @throws Error in one clear line when socat is not there, or makes no ports
 */
export async function startSerialPair(clock: Clock, ends: readonly [string, string]): Promise<SerialPair> {
  const missing = missingForSerialPairs();
  if (missing !== undefined) throw new Error(`a serial line cannot be laid: ${missing}`);
  const child = spawn(
    PROGRAM,
    ends.map((link) => `pty,raw,echo=0,link=${link}`),
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said = (said + text).slice(-1000);
  });
  let hasEnded = false;
  const ended = new Promise<void>((resolve) => {
    const onEnd = () => {
      hasEnded = true;
      resolve();
    };
    child.once("exit", onEnd).once("error", onEnd);
  });
  const end = async () => {
    // On the gentle signal it takes its links with it.
    child.kill("SIGTERM");
    const patience = clock.timer(STOP_BUDGET_MS, () => child.kill("SIGKILL"));
    await ended;
    patience.cancel();
  };
  for (let waitedMs = 0; !ends.every((path) => existsSync(path)); waitedMs += LOOK_EVERY_MS) {
    if (hasEnded || waitedMs > START_BUDGET_MS) {
      await end();
      throw new Error(`socat has made no serial ports: ${said.trim() || "it said nothing"}`);
    }
    await clock.sleep(LOOK_EVERY_MS);
  }
  // A terminal that nobody holds open ends socat: these are held for as long as the line is there.
  const held = ends.map((path) => openSync(path, constants.O_RDWR | constants.O_NOCTTY));
  return {
    ends,
    async close() {
      for (const descriptor of held) closeSync(descriptor);
      await end();
    },
  };
}
