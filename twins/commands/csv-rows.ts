/** Rows of runs as CSV (RFC 4180). What a failed run lacks is empty. */
import { KeptFile } from "./kept-file.ts";
import type { RowFormat, RunRow } from "./run-table.ts";

/** Readers pass over empty lines. */
const LINE_BREAK = 0x0a;

export const csvRows: RowFormat = async (disk, path, { drawn, ends }) => {
  const file = await KeptFile.create(disk, path, LINE_BREAK);
  const encoder = new TextEncoder();
  const head = ["run", "strategy", ...drawn, ...ends.map(({ name, unit }) => `${name} ${unit}`), "failure"];
  await file.append(encoder.encode(line(head)));
  let written = 0;
  return {
    get written() {
      return written;
    },
    add: async (rows) => {
      await file.append(encoder.encode(rows.map((row) => line(cellsOf(row))).join("")));
      written += rows.length;
    },
    finish: (isComplete) => file.finish(new Uint8Array(0), isComplete),
  };
};

const cellsOf = ({ run, strategy, drawn, ends, failure }: RunRow): string[] => [
  String(run),
  strategy,
  ...drawn.map(String),
  ...ends.map((value) => (Number.isNaN(value) ? "" : String(value))),
  failure ?? "",
];

export const line = (cells: readonly string[]): string => `${cells.map(cell).join(",")}\n`;

const cell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
