/** The `world` board as text: each figure against its target, and below it how it was measured. */
import type { WorldBoard } from "./board.ts";
import { FROM_START } from "./two-worlds.ts";

export function worldTable({ machine, figures, secondCore }: WorldBoard): string {
  const { processor, cores, node, loadBefore } = machine;
  const { limit, cost, fromStart } = secondCore;
  const width = Math.max(...figures.map(({ name }) => name.length));
  const lines = figures.flatMap(({ name, measured, value, unit, target, bound, verdict }) => [
    `${name.padEnd(width)}${`${short(value)} ${unit}`.padStart(21)}  (${bound} ${target})  ${verdict}`,
    `    ${measured}`,
  ]);
  const reached = figures.filter((figure) => figure.reached).length;
  return [
    `${processor}, ${cores} cores, Node ${node}, load before ${loadBefore.toFixed(1)}`,
    "",
    ...lines,
    "",
    `2 worlds over 1: two busy loops get ${short(limit)} x of this machine; a world costs ${short(cost)} times the CPU beside another;`,
    `    with loading and compiling, ${FROM_START.duration} from the start of the threads to their end: ${short(fromStart)} x`,
    `${reached} of ${figures.length} targets reached`,
    "",
  ].join("\n");
}

const short = (value: number): number => Number(value.toPrecision(4));
