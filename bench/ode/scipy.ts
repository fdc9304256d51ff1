/** scipy as a peer, where python3 has it: a few of the trajectories, since it is slow. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Absent, Contender } from "./contender.ts";
import { drive, works } from "./cpp.ts";
import type { Problem } from "./problem.ts";

export interface ScipyPeer {
  readonly name: string;
  /** Of scipy.integrate.solve_ivp. */
  readonly scipy: "RK45" | "LSODA" | "BDF" | "Radau";
  /** How many of the problem's trajectories it solves in a round. */
  readonly trajectories: number;
}

const PROGRAM = fileURLToPath(new URL("./peers/scipy_peer.py", import.meta.url));

/** HELIX_PYTHON names another interpreter than python3. */
export async function scipyContender(peer: ScipyPeer, problem: Problem): Promise<Contender | Absent> {
  const python = process.env["HELIX_PYTHON"] ?? "python3";
  if (!(await works(python, ["-c", "import scipy.integrate"])))
    return { name: peer.name, reason: `scipy is not installed for ${python}: pip install scipy` };
  const few = { ...problem, parameters: problem.parameters.slice(0, peer.trajectories) };
  const child = spawn(python, [PROGRAM, peer.scipy, problem.name === "cho8" ? "plain" : "oxygen"]);
  const contender = drive(peer.name, child, few, async () => undefined);
  return { ...contender, trajectories: peer.trajectories };
}
