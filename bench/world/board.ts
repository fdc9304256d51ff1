/**
 * The `world` board: how much faster than real time whole plants run in virtual time, everything real
 * but time, chance, wires and disks. CPU time of the world's thread; medians of a few repetitions.
 */
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { measureVirtualRun, type VirtualRunSpeed } from "@helix/hil/measure";
import type { Figure } from "../ode/figures.ts";
import { bioreactors, modbusDevices, type Plant } from "./workloads.ts";

export interface WorldBoard {
  readonly figures: readonly Figure[];
}

const LIBRARY = dirname(fileURLToPath(import.meta.resolve("@helix/scenarios")));
const REPETITIONS = 3;
const ONE: Plant = { name: "one-bioreactor", instruments: 1, duration: "2 h" };
/** Long enough that compiling, which V8 does on other threads, is a small part of it. */
const LONG: Plant = { name: "one-bioreactor-long", instruments: 1, duration: "6 h" };
const FORTY: Plant = { name: "forty-bioreactors", instruments: 40, duration: "10 min" };
const ONE_MODBUS: Plant = { name: "one-modbus-device", instruments: 1, duration: "4 h" };
const MANY_MODBUS: Plant = { name: "300-modbus-devices", instruments: 300, duration: "5 min" };
const FORTNIGHT = "fed-batch-14-days";

/** Takes a few minutes, and two cores for one of the figures. */
export async function runWorldBoard(say: (what: string) => void): Promise<WorldBoard> {
  const run = (plant: Plant, publish = "1 s") => measureVirtualRun(bioreactors(plant, publish), plant.name);
  say("one bioreactor");
  const alone = await repeated(() => run(ONE));
  say("two worlds at once");
  const sides = await repeated(async () => sideBySide(() => run(LONG)));
  say("forty bioreactors");
  const forty = await run(FORTY, "60 s");
  say("one Modbus device");
  const modbus = await repeated(() => measureVirtualRun(modbusDevices(ONE_MODBUS), ONE_MODBUS.name));
  say("300 Modbus devices");
  const many = await measureVirtualRun(modbusDevices(MANY_MODBUS), MANY_MODBUS.name);
  say("fourteen days");
  const text = await readFile(join(LIBRARY, `${FORTNIGHT}.yaml`), "utf8");
  const fortnight = await measureVirtualRun(text, FORTNIGHT);
  for (const { verdict } of [...alone, ...modbus, forty, many, fortnight]) {
    if (verdict !== "pass") throw new Error(`a run that is measured must pass, this one came to ${verdict}`);
  }
  const one = median(alone.map(({ rate }) => rate));
  const oneModbus = median(modbus.map(({ rate }) => rate));
  return {
    figures: [
      atLeast("1 bioreactor, OPC UA, 5 channels at 1 Hz, handed over each second", one, "x real time", 1500),
      atMost("fed-batch of 14 days, 9 channels at 0.1 Hz, 3 faults", whole(fortnight), "s CPU", 60),
      atLeast(
        "40 bioreactors, OPC UA, 5 channels at 1 Hz, handed over each minute",
        forty.rate,
        "x real time",
        100,
      ),
      atLeast("1 Modbus device, TCP, 3 channels at 1 Hz", oneModbus, "x real time", 5000),
      atLeast("300 Modbus devices, TCP, 3 channels at 1 Hz", many.rate, "x real time", 100),
      atLeast("2 worlds at once over 1, in throughput", median(sides), "x", 1.7),
    ],
  };
}

const whole = ({ cpuSeconds, loadCpuSeconds }: VirtualRunSpeed) => cpuSeconds + loadCpuSeconds;

/** How many times the work of one world two at once do in the same real time. */
async function sideBySide(run: () => Promise<unknown>): Promise<number> {
  const alone = await seconds(run);
  const both = await seconds(() => Promise.all([run(), run()]));
  return (2 * alone) / both;
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return (performance.now() - begin) / 1000;
}

async function repeated<T>(work: () => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let i = 0; i < REPETITIONS; i++) results.push(await work());
  return results;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

const atLeast = (name: string, value: number, unit: string, target: number): Figure => ({
  name,
  value,
  unit,
  target,
  reached: value >= target,
});

const atMost = (name: string, value: number, unit: string, target: number): Figure => ({
  name,
  value,
  unit,
  target,
  reached: value <= target,
});
