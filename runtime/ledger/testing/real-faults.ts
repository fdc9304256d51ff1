/** Faults of the real system's disk calls, injected by strace into a process that writes a ledger. */
import { spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { createSystemPlatform } from "@helix/platform";
import { openLedger, readLedger, verifyLedger } from "../index.ts";

const platform = createSystemPlatform("real-faults");
const CHILD = join(import.meta.dirname, "telling-child.ts");

/** Undefined when faults can be injected here; else why not. */
export function whyNoStrace(): string | undefined {
  const tried = spawnSync("strace", [
    "-qq",
    "-e",
    "trace=fdatasync",
    "-e",
    "inject=fdatasync:error=EIO",
    "true",
  ]);
  return tried.status === 0 ? undefined : "needs strace and the right to trace, apt-get install strace";
}

export interface Told {
  readonly acknowledged: ReadonlyMap<bigint, string>;
  /** All that the child said, as lines. */
  readonly lines: readonly string[];
}

/** @param inject of strace, e.g. `fdatasync:error=EIO:when=5`; holds for the ledger's first segment only */
export async function appendUnder(inject: string, folder: string, count: number): Promise<Told> {
  // Made before, so that the faults meet the records.
  await (await openLedger({ folder, ...platform })).close();
  const file = join(folder, "seg-0000-00000000.hlx");
  const args = [
    "-f",
    "-qq",
    "-o",
    "/dev/null",
    "-P",
    file,
    "-e",
    `inject=${inject}`,
    process.execPath,
    CHILD,
    folder,
    `${count}`,
  ];
  const child = spawn("strace", args, { stdio: ["ignore", "pipe", "pipe"] });
  let [out, err] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
  await new Promise<void>((resolve) => child.once("close", () => resolve()));
  const lines = out.trim().split("\n");
  if (!lines.some((line) => /^(done|failed)/.test(line)))
    throw new Error(`child said nothing of its end: ${err}`);
  return { acknowledged: acknowledgedIn(lines), lines };
}

export function acknowledgedIn(lines: readonly string[]): Map<bigint, string> {
  const acks = lines.map((line) => /^ack (\d+) ([0-9a-f]{64})$/.exec(line)).filter((ack) => ack !== null);
  return new Map(acks.map(([, sequence = "", hash = ""]) => [BigInt(sequence), hash]));
}

/** Opens and closes it once more. @returns verdicts before and after, and acknowledged records that are not there */
export async function aftermath(folder: string, acknowledged: ReadonlyMap<bigint, string>) {
  const { disk } = platform;
  const before = (await verifyLedger({ folder, disk })).verdict;
  const ledger = await openLedger({ folder, ...platform });
  await ledger.append({ type: "RUNTIME_STOPPED", reason: "goes on" });
  await ledger.close();
  const after = (await verifyLedger({ folder, disk })).verdict;
  const hashes = new Map<bigint, string>();
  for await (const { sequence, recordHash } of readLedger({ folder, disk })) hashes.set(sequence, recordHash);
  const lost = [...acknowledged].filter(([sequence, hash]) => hashes.get(sequence) !== hash);
  return { before, after, lost };
}
