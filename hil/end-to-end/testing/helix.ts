/**
 * `helix` as a person starts it: the real launcher in a process of its own, in a process group of its
 * own, so that a test can tell whether anything of it survives.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { vi } from "vitest";
import { whenAllIsOver } from "./cleanup.ts";

const REPOSITORY = fileURLToPath(new URL("../../..", import.meta.url));
const LAUNCHER = join(REPOSITORY, "runtime/cli/bin/helix.mjs");
const SAID_LIMIT_MS = 60_000;

// Longer than the waits for some words: what was said instead is then shown. A test may start a dozen processes.
vi.setConfig({ testTimeout: 5 * SAID_LIMIT_MS, hookTimeout: 2 * SAID_LIMIT_MS });

export interface HelixStart {
  readonly cwd: string;
  /** Added to the test's own environment. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface Ended {
  /** As a shell would show it: a process that a signal ended counts as 128 + its number. */
  readonly code: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningHelix {
  readonly pid: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly ended: Promise<Ended>;
  readonly hasEnded: boolean;
  /** Waits until it has written this; fails when it ends, or a minute passes, without. */
  said(pattern: RegExp): Promise<RegExpExecArray>;
  /** As a terminal does it: to the whole process group; to nobody, where all of it has just ended. */
  interrupt(signal?: "SIGINT" | "SIGTERM"): void;
  /** To the process alone. */
  kill(signal: "SIGINT" | "SIGTERM" | "SIGKILL"): void;
}

/** Starts `helix ...args`; what is left of it at the end is killed. */
export function startHelix(args: readonly string[], { cwd, env = {} }: HelixStart): RunningHelix {
  const child = spawn(process.execPath, [LAUNCHER, ...args], {
    cwd,
    env: { ...process.env, NO_COLOR: "1", TMPDIR: scratchFolder(), ...env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const pid = child.pid;
  if (pid === undefined) throw new Error(`${process.execPath} could not be started`);
  const text = { stdout: "", stderr: "" };
  const listeners = new Set<() => void>();
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].setEncoding("utf8").on("data", (piece: string) => {
      text[stream] += piece;
      for (const listener of listeners) listener();
    });
  }
  let hasEnded = false;
  const ended = new Promise<Ended>((resolve) => {
    child.once("close", (code, signal) => {
      hasEnded = true;
      resolve({ code: code ?? undefined, signal: signal ?? undefined, ...text });
      for (const listener of listeners) listener();
    });
  });
  whenAllIsOver(() => signalGroup(pid, "SIGKILL"));
  return {
    pid,
    ended,
    get hasEnded() {
      return hasEnded;
    },
    get stdout() {
      return text.stdout;
    },
    get stderr() {
      return text.stderr;
    },
    said(pattern) {
      const found = Promise.withResolvers<RegExpExecArray>();
      const spoken = () => `--- stdout\n${text.stdout}\n--- stderr\n${text.stderr}`;
      const limit = setTimeout(
        () => found.reject(new Error(`never said ${pattern}\n${spoken()}`)),
        SAID_LIMIT_MS,
      );
      const look = () => {
        const match = pattern.exec(text.stdout) ?? pattern.exec(text.stderr);
        if (match) found.resolve(match);
        else if (hasEnded) found.reject(new Error(`ended without saying ${pattern}\n${spoken()}`));
      };
      listeners.add(look);
      look();
      return found.promise.finally(() => {
        listeners.delete(look);
        clearTimeout(limit);
      });
    },
    interrupt: (signal = "SIGINT") => signalGroup(pid, signal),
    kill: (signal) => void child.kill(signal),
  };
}

let scratch: string | undefined;

/** Where every `helix` of these tests keeps what is for the moment: one that is killed leaves it behind. */
function scratchFolder(): string {
  if (scratch === undefined) {
    const folder = mkdtempSync(join(tmpdir(), "helix-e2e-tmp-"));
    whenAllIsOver(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
    scratch = folder;
  }
  return scratch;
}

/** Runs `helix ...args` to its end. */
export function helix(args: readonly string[], start: HelixStart): Promise<Ended> {
  return startHelix(args, start).ended;
}

/** Process ids of what still runs in a process group; a zombie only waits for its parent. */
export function survivors(group: number): number[] {
  if (process.platform !== "linux") return isAlive(-group) ? [group] : [];
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && isOfGroup(pid, group));
}

function isOfGroup(pid: number, group: number): boolean {
  try {
    // proc(5): pid (comm) state ppid pgrp; comm may hold blanks and brackets.
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const [state, , pgrp] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return Number(pgrp) === group && state !== "Z" && state !== "X";
  } catch {
    return false; // It has ended meanwhile.
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
