/** What the figures were measured on, and what they come to on the machine that the targets were set on. */
import { execFile } from "node:child_process";
import { cpus, loadavg } from "node:os";
import { promisify } from "node:util";

export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly node: string;
  /** First line of `g++ --version`; undefined without it. */
  readonly compiler: string | undefined;
  /** Of the last minute, when the board began: above the number of cores figures suffer. */
  readonly load: number;
}

export async function machine(): Promise<Machine> {
  const all = cpus();
  const version = await promisify(execFile)("g++", ["--version"]).then(
    ({ stdout }) => stdout.split("\n")[0],
    () => undefined,
  );
  return {
    processor: all[0]?.model.trim() ?? "unknown",
    cores: all.length,
    node: process.version,
    compiler: version,
    load: Number((loadavg()[0] ?? Number.NaN).toFixed(2)),
  };
}
