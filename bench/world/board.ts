/**
 * The `world` board: how much faster than real time whole plants run in virtual time, everything real
 * but time, chance, wires and disks. CPU time of the world's own thread, so that a busy machine changes
 * little; only what a second core is worth is told by the clock on the wall, beside what the machine gives.
 */
import { readFile } from "node:fs/promises";
import { availableParallelism, cpus, loadavg } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { measureVirtualRun, type VirtualRunSpeed } from "@helix/hil/measure";
import { median } from "../ode/median.ts";
import { atLeast, atMost, type WorldFigure } from "./figure.ts";
import { compareFromStart, compareWarmWorlds, TURNS, WARM_S } from "./two-worlds.ts";
import { bioreactors, modbusDevices, type Plant } from "./workloads.ts";

export interface WorldBoard {
  readonly machine: Machine;
  readonly figures: readonly WorldFigure[];
  /** Beside what two warm worlds are worth over one. */
  readonly secondCore: SecondCoreContext;
}

export interface SecondCoreContext {
  /** Two busy loops that share nothing over one, in the same turns: what the machine gives. */
  readonly limit: number;
  /** CPU of a world's own thread for the same virtual time beside another world, over alone. */
  readonly cost: number;
  /** Virtual s per real s of two worlds over one from the start of the threads to their end. */
  readonly fromStart: number;
}

export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly node: string;
  /** Programs that wanted to run, mean of a minute, before the measuring: above 0.5 others are at work. */
  readonly loadBefore: number;
}

const LIBRARY = dirname(fileURLToPath(import.meta.resolve("@helix/scenarios")));
const REPETITIONS = 3;
const ONE: Plant = { name: "one-bioreactor", instruments: 1, duration: "2 h" };
const FORTY: Plant = { name: "forty-bioreactors", instruments: 40, duration: "10 min" };
const ONE_MODBUS: Plant = { name: "one-modbus-device", instruments: 1, duration: "4 h" };
const MANY_MODBUS: Plant = { name: "300-modbus-devices", instruments: 300, duration: "5 min" };
const FORTNIGHT = "fed-batch-14-days";
const WHILE_IT_RUNS = "virtual s per CPU s of the world's thread while the plant runs, compiling included";

/** Takes a few minutes, and two cores for one of the figures. */
export async function runWorldBoard(say: (what: string) => void): Promise<WorldBoard> {
  const machine = describeMachine();
  say("one bioreactor");
  const one = await repeated(() => measured(bioreactors(ONE, "1 s"), ONE.name));
  say("two worlds at once");
  const { ratio, limit, cost } = await compareWarmWorlds();
  say("two worlds from their start on");
  const fromStart = median(await repeated(compareFromStart));
  say("forty bioreactors");
  const forty = await measured(bioreactors(FORTY, "60 s"), FORTY.name);
  say("one Modbus device");
  const modbus = await repeated(() => measured(modbusDevices(ONE_MODBUS), ONE_MODBUS.name));
  say("300 Modbus devices");
  const many = await measured(modbusDevices(MANY_MODBUS), MANY_MODBUS.name);
  say("fourteen days");
  const fortnight = await measured(await readFile(join(LIBRARY, `${FORTNIGHT}.yaml`), "utf8"), FORTNIGHT);
  return {
    machine,
    secondCore: { limit, cost, fromStart },
    figures: [
      atLeast({
        name: "1 bioreactor, OPC UA, 5 channels at 1 Hz, handed over each second",
        measured: `${WHILE_IT_RUNS}; ${ONE.duration}, median of ${REPETITIONS}`,
        value: median(one.map(({ rate }) => rate)),
        unit: "x real time",
        target: 1500,
      }),
      atMost({
        name: "fed-batch of 14 days, 9 channels at 0.1 Hz, 3 faults",
        measured: "CPU of the world's thread from its start to the verdict, loading included; once",
        value: fortnight.cpuSeconds + fortnight.loadCpuSeconds,
        unit: "s CPU",
        target: 60,
      }),
      atLeast({
        name: "40 bioreactors, OPC UA, 5 channels at 1 Hz, handed over each minute",
        measured: `${WHILE_IT_RUNS}; ${FORTY.duration}, once; asked for is this or 300 Modbus devices`,
        value: forty.rate,
        unit: "x real time",
        target: 100,
      }),
      atLeast({
        name: "1 Modbus device, TCP, 3 channels at 1 Hz",
        measured: `${WHILE_IT_RUNS}; ${ONE_MODBUS.duration}, median of ${REPETITIONS}`,
        value: median(modbus.map(({ rate }) => rate)),
        unit: "x real time",
        target: 5000,
      }),
      atLeast({
        name: "300 Modbus devices, TCP, 3 channels and their setpoints at 1 Hz",
        measured: `${WHILE_IT_RUNS}; ${MANY_MODBUS.duration}, once; asked for is this or 40 bioreactors`,
        value: many.rate,
        unit: "x real time",
        target: 100,
      }),
      atLeast({
        name: "2 worlds at once over 1, in throughput",
        measured:
          `virtual s per real s, 1 bioreactor each, after ${WARM_S / 3600} h of compiling; ` +
          `half seconds of one, both, the other, both: median of ${TURNS} turns`,
        value: ratio,
        unit: "x",
        target: 1.7,
      }),
    ],
  };
}

/** @throws Error when the run does not pass: then its speed says nothing */
async function measured(text: string, name: string): Promise<VirtualRunSpeed> {
  const speed = await measureVirtualRun(text, name);
  if (speed.verdict === "pass") return speed;
  throw new Error(`a run that is measured must pass, ${name} came to ${speed.verdict}`);
}

const describeMachine = (): Machine => ({
  processor: cpus()[0]?.model.trim() ?? "unknown",
  cores: availableParallelism(),
  node: process.version,
  loadBefore: loadavg()[0] ?? Number.NaN,
});

async function repeated<T>(work: () => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let i = 0; i < REPETITIONS; i++) results.push(await work());
  return results;
}
