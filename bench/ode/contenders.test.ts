import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { type CppPeer, cppContender } from "./cpp.ts";
import { ourContender } from "./ours.ts";
import { type Problem, readProblem } from "./problem.ts";
import { scipyContender } from "./scipy.ts";

const hasCompiler = (() => {
  try {
    execFileSync("g++", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();
const skipped = hasCompiler ? "" : " (skipped: needs g++)";

const few = async (name: "cho8" | "cho-do11"): Promise<Problem> => {
  const problem = await readProblem(name);
  return { ...problem, parameters: problem.parameters.slice(0, 20) };
};

const PEERS: ["cho8" | "cho-do11", CppPeer][] = [
  ["cho8", { name: "C++ Dormand-Prince", source: "dp5.cpp", libraries: [] }],
  ["cho-do11", { name: "C++ Rodas4", source: "rodas4.cpp", libraries: [] }],
];

test.skipIf(!hasCompiler).each(PEERS)(
  `%s: the C++ peer solves the same problem as we do${skipped}`,
  async (name, peer) => {
    const problem = await few(name);
    const contender = await cppContender(peer, problem);
    if ("reason" in contender) throw new Error(contender.reason);
    const round = await contender.round();
    expect(round.seconds).toBeGreaterThan(0);
    expect(round.steps / 20).toBeGreaterThan(50);
    const theirs = await contender.finish();
    const ours = ourContender(problem, "webassembly").solve();
    ours.forEach((value, i) =>
      expect(Math.abs(value - (theirs[i] ?? Number.NaN))).toBeLessThan(1e-4 * Math.max(1, Math.abs(value))),
    );
  },
);

test("a peer whose library is not there is named, not forgotten", async () => {
  const needs = { header: "no/such/library.hpp", from: "a library that nobody has", package: "none" };
  const peer: CppPeer = { name: "absent peer", source: "dp5.cpp", libraries: [], needs };
  const reason = hasCompiler
    ? "a library that nobody has is not installed: apt-get install none"
    : "g++ is not installed: apt-get install g++";
  expect(await cppContender(peer, await few("cho8"))).toEqual({ name: "absent peer", reason });
});

test("scipy that is not there is named, with what would bring it", async () => {
  const before = process.env["HELIX_PYTHON"];
  process.env["HELIX_PYTHON"] = "no-such-python";
  try {
    const peer = { name: "scipy RK45", scipy: "RK45", trajectories: 2 } as const;
    expect(await scipyContender(peer, await few("cho8"))).toEqual({
      name: "scipy RK45",
      reason: "scipy is not installed for no-such-python: pip install scipy",
    });
  } finally {
    if (before === undefined) delete process.env["HELIX_PYTHON"];
    else process.env["HELIX_PYTHON"] = before;
  }
});

test("both of our back ends end in the same bytes on the board's problems", async () => {
  for (const name of ["cho8", "cho-do11"] as const) {
    const problem = await few(name);
    expect(ourContender(problem, "javascript").solve()).toEqual(ourContender(problem, "webassembly").solve());
  }
});
