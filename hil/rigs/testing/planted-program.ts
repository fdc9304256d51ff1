/**
 * The virtual rig's program with something wrong in the driver, to show that the rig finds it: what is
 * planted happens when the driver is sent a command.
 */
import { runInNewContext } from "node:vm";
import { Worker } from "node:worker_threads";
import { SartoriusBiostatDriver } from "@helix/driver-sartorius-biostat";
import run from "../virtual-program.ts";

/** In the second run of a check, which has another folder. */
const isElsewhere = process.cwd() === "/";

/** Another context has chance of its own, real chance: how a leak can look that no patch reaches. */
const realChance = runInNewContext("Math.random") as () => number;

const PLANTED: Readonly<Record<string, () => Promise<void>>> = {
  loop: async () => {
    for (;;);
  },
  // A thread has real timers of its own.
  thread: async () => void new Worker("setTimeout(() => {}, 50)", { eval: true }),
  "loop elsewhere": async () => {
    while (isElsewhere);
  },
  "throws elsewhere": async () => {
    if (isElsewhere) setTimeout(() => JSON.parse("no JSON"), 5);
  },
  throws: async () => void setTimeout(() => JSON.parse("no JSON"), 5),
  // More than one: a single delay of so many whole milliseconds may come out the same twice.
  chance: async () => {
    for (let i = 0; i < 8; i++) {
      await new Promise((resolve) => void setTimeout(resolve, 1 + realChance() * 100));
    }
  },
};

const plant = PLANTED[new URL(import.meta.url).searchParams.get("planted") ?? ""];
if (!plant) throw new Error(`name what is planted, one of: ${Object.keys(PLANTED).join(", ")}`);

// oxlint-disable-next-line typescript/unbound-method -- applied to the driver below
const { dispatchCommand } = SartoriusBiostatDriver.prototype;
SartoriusBiostatDriver.prototype.dispatchCommand = async function planted(...given) {
  await plant();
  return dispatchCommand.apply(this, given);
};

export default run;
