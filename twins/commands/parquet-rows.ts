/**
 * Rows of runs as Parquet. Each group of rows leaves room for the footer that would end the file there, so what
 * is in it can be read whenever the run stops; the footer's `helix.complete` says whether that was the end.
 */
import { ByteWriter, type ColumnSource, ParquetWriter, type SchemaElement } from "hyparquet-writer";
import { KeptFile } from "./kept-file.ts";
import type { RowFormat, RunColumns, RunRow } from "./run-table.ts";

/** Groups grow with the file: few for its size, and yet little is lost when it stops early. */
const rowsInGroup = (written: number): number => Math.min(16_384, Math.max(512, Math.floor(written / 4)));

export const parquetRows: RowFormat = async (disk, path, columns) => {
  const file = await KeptFile.create(disk, path, 0);
  const bytes = new ByteWriter();
  const parquet = new ParquetWriter({
    writer: bytes,
    schema: schemaOf(columns),
    createdBy: "HELIX",
    kvMetadata: unitsOf(columns),
  });
  let waiting: RunRow[] = [];
  let written = 0;
  /** Takes what was encoded since, and goes on counting the file's bytes. */
  const encoded = (): Uint8Array => {
    const part = bytes.getBytes().slice();
    bytes.index = 0;
    return part;
  };
  const footer = (isComplete: boolean): Uint8Array => {
    const offset = bytes.offset;
    parquet.kvMetadata = [...unitsOf(columns), { key: "helix.complete", value: String(isComplete) }];
    void parquet.finish();
    const tail = encoded();
    bytes.offset = offset;
    return tail;
  };
  const flush = async (): Promise<void> => {
    const rows = waiting;
    waiting = [];
    const before = { groups: parquet.row_groups.length, rows: parquet.num_rows };
    if (rows.length > 0)
      void parquet.write({ columnData: columnsOf(rows, columns), rowGroupSize: rows.length });
    const part = encoded();
    try {
      await file.append(part, footer(false).length);
      written += rows.length;
    } catch (error) {
      parquet.row_groups.length = before.groups;
      parquet.num_rows = before.rows;
      bytes.offset -= part.length;
      throw error;
    }
  };
  await flush();
  return {
    get written() {
      return written;
    },
    add: async (rows) => {
      waiting.push(...rows);
      if (waiting.length >= rowsInGroup(written)) await flush();
    },
    finish: async (isComplete) => {
      let failure: unknown;
      if (waiting.length > 0)
        await flush().catch((error: unknown) => {
          failure = error;
        });
      await file.finish(footer(isComplete && failure === undefined), isComplete && failure === undefined);
      if (failure !== undefined) throw failure;
    },
  };
};

function schemaOf({ drawn, ends }: RunColumns): SchemaElement[] {
  const text = (name: string, repetition_type: "REQUIRED" | "OPTIONAL"): SchemaElement => ({
    name,
    type: "BYTE_ARRAY",
    converted_type: "UTF8",
    repetition_type,
  });
  const columns: SchemaElement[] = [
    { name: "run", type: "INT32", repetition_type: "REQUIRED" },
    text("strategy", "REQUIRED"),
    ...drawn.map((name): SchemaElement => ({ name, type: "DOUBLE", repetition_type: "REQUIRED" })),
    ...ends.map(({ name }): SchemaElement => ({ name, type: "DOUBLE", repetition_type: "OPTIONAL" })),
    text("failure", "OPTIONAL"),
  ];
  return [{ name: "runs", num_children: columns.length }, ...columns];
}

const unitsOf = ({ ends }: RunColumns): { key: string; value: string }[] =>
  ends.map(({ name, unit }) => ({ key: `unit.${name}`, value: unit }));

function columnsOf(rows: readonly RunRow[], { drawn, ends }: RunColumns): ColumnSource[] {
  const column = (name: string, value: (row: RunRow) => unknown): ColumnSource => ({
    name,
    data: rows.map(value),
    offsetIndex: false,
  });
  const present = (value: number | undefined) =>
    value === undefined || Number.isNaN(value) ? undefined : value;
  return [
    column("run", ({ run }) => run),
    column("strategy", ({ strategy }) => strategy),
    ...drawn.map((name, i) => column(name, (row) => row.drawn[i])),
    ...ends.map(({ name }, i) => column(name, (row) => present(row.ends[i]))),
    column("failure", ({ failure }) => failure),
  ];
}
