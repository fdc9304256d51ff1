/**
 * Child processes of our own: same interpreter, a module to run, and messages both ways.
 */
import { type ChildProcess, fork } from "node:child_process";

export interface OwnProcess<In, Out> {
  readonly pid: number;
  send(message: In): void;
  onMessage(listener: (message: Out) => void): void;
  /** Exit code, or the signal that ended it; and the last lines of its standard error. */
  readonly exited: Promise<{ code: number | undefined; signal: string | undefined; stderrTail: string }>;
  kill(signal: "SIGTERM" | "SIGKILL" | "SIGSTOP" | "SIGCONT"): void;
}

const STDERR_TAIL_CHARACTERS = 4000;

/** Starts `module` (a path) under this interpreter. `environment` is added to ours. */
export function startProcess<In extends object, Out>(
  module: string,
  options: { args?: readonly string[]; environment?: Readonly<Record<string, string>>; cwd?: string } = {},
): OwnProcess<In, Out> {
  const child: ChildProcess = fork(module, options.args ?? [], {
    env: { ...process.env, ...options.environment },
    serialization: "advanced",
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  if (child.pid === undefined) throw new Error(`${module} could not be started`);
  let stderrTail = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderrTail = (stderrTail + text).slice(-STDERR_TAIL_CHARACTERS);
  });
  const exited = new Promise<{ code: number | undefined; signal: string | undefined; stderrTail: string }>(
    (resolve) => {
      child.once("close", (code, signal) =>
        resolve({ code: code ?? undefined, signal: signal ?? undefined, stderrTail }),
      );
    },
  );
  return {
    pid: child.pid,
    send: (message) => {
      // A child that has gone cannot be told anything; `exited` says so to whoever waits.
      // One that is just going breaks the pipe; without a callback that error would end this process.
      if (child.connected) child.send(message, ignoreBrokenPipe);
    },
    onMessage: (listener) => {
      child.on("message", (message) => listener(message as Out));
    },
    exited,
    kill: (signal) => {
      child.kill(signal);
    },
  };
}

/** The other end has gone: `exited` and `onGone` say so to whoever waits. */
const ignoreBrokenPipe = (): void => {};

/** The other end: messages from and to the process that started this one. */
export interface ParentChannel<In, Out> {
  send(message: Out): void;
  onMessage(listener: (message: In) => void): void;
  /** Called when the parent has gone; a child must then end. */
  onGone(listener: () => void): void;
}

/** @throws Error when this process was not started by {@link startProcess} */
export function parentChannel<In, Out extends object>(): ParentChannel<In, Out> {
  if (process.send === undefined) throw new Error("this program is started by HELIX, not by hand");
  return {
    send: (message) => {
      if (process.connected) process.send?.(message, undefined, undefined, ignoreBrokenPipe);
    },
    onMessage: (listener) => {
      process.on("message", (message) => listener(message as In));
    },
    onGone: (listener) => {
      process.on("disconnect", listener);
    },
  };
}
