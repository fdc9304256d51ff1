/** The `world` board as text. */
import type { WorldBoard } from "./board.ts";

export function worldTable({ figures }: WorldBoard): string {
  const width = Math.max(...figures.map(({ name }) => name.length));
  return figures
    .map(({ name, value, unit, target, reached }) => {
      const figure = `${Number(value.toPrecision(4))} ${unit}`.padStart(22);
      return `${name.padEnd(width)}${figure}  target ${target}  ${reached ? "pass" : "miss"}\n`;
    })
    .join("");
}
