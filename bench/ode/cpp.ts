/** C++ peers: compiled with g++ -O3 for this machine when it is there, and driven over pipes. */
import { type ChildProcessWithoutNullStreams, execFile, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Absent, Contender } from "./contender.ts";
import { attemptInCpp } from "./peers/print-cpp.ts";
import { type Problem, problemBytes } from "./problem.ts";

const run = promisify(execFile);

export interface CppPeer {
  readonly name: string;
  /** In peers/. */
  readonly source: string;
  readonly libraries: readonly string[];
  readonly defines?: readonly string[];
  /** Header without which it cannot be compiled, and the package that has it. */
  readonly needs?: { readonly header: string; readonly from: string; readonly package: string };
}

const FLAGS = ["-O3", "-march=native", "-std=c++17"];

/** Compiles and starts a peer, or says why not. */
export async function cppContender(peer: CppPeer, problem: Problem): Promise<Contender | Absent> {
  const absent = (reason: string): Absent => ({ name: peer.name, reason });
  if (!(await works("g++", ["--version"]))) return absent("g++ is not installed: apt-get install g++");
  if (peer.needs && !(await hasHeader(peer.needs.header)))
    return absent(`${peer.needs.from} is not installed: apt-get install ${peer.needs.package}`);
  const folder = await mkdtemp(join(tmpdir(), "helix-bench-"));
  const peers = fileURLToPath(new URL("./peers/", import.meta.url));
  await writeFile(join(folder, "attempt.h"), attemptInCpp(problem.model));
  const binary = join(folder, "peer");
  await run("g++", [
    ...FLAGS,
    ...(peer.defines ?? []).map((name) => `-D${name}`),
    "-I",
    folder,
    "-I",
    peers,
    join(peers, peer.source),
    "-o",
    binary,
    ...peer.libraries,
  ]);
  return drive(peer.name, spawn(binary), problem, () => rm(folder, { recursive: true }));
}

export const works = (program: string, args: readonly string[]): Promise<boolean> =>
  run(program, args).then(
    () => true,
    () => false,
  );

const hasHeader = (header: string): Promise<boolean> =>
  works("g++", ["-fsyntax-only", "-x", "c++", "-include", header, "/dev/null"]);

/** Talks to a peer as peers/peer.h says. */
export function drive(
  name: string,
  child: ChildProcessWithoutNullStreams,
  problem: Problem,
  cleanUp: () => Promise<void>,
): Contender {
  const chunks: Buffer[] = [];
  let wake: () => void = () => undefined;
  let ended: Error | undefined;
  child.stdout.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    wake();
  });
  child.once("close", (code) => {
    ended = new Error(`${name} ended with code ${code}`);
    wake();
  });
  child.stdin.write(problemBytes(problem));
  const received = () => Buffer.concat(chunks);
  const until = async (isThere: (bytes: Buffer) => boolean): Promise<Buffer> => {
    while (!isThere(received())) {
      if (ended) throw ended;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    return received();
  };
  return {
    name,
    round: async () => {
      child.stdin.write("go\n");
      const line = (await until((bytes) => bytes.includes("\n"))).toString();
      chunks.length = 0;
      const [seconds = Number.NaN, steps = Number.NaN, rejects = Number.NaN] = line.split(" ").map(Number);
      return { seconds, steps, rejects };
    },
    finish: async () => {
      const size = problem.parameters.length * problem.model.states.length * 8;
      child.stdin.end("end\n");
      const bytes = await until((all) => all.length >= size);
      await cleanUp();
      return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + size));
    },
  };
}
