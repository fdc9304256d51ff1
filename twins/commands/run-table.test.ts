import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EXIT } from "@helix/cli";
import { createSystemPlatform, type Disk } from "@helix/platform";
import { tableFromIPC } from "apache-arrow";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { readParquet } from "parquet-wasm";
import { describe, expect, onTestFinished, test } from "vitest";
import { caller } from "./command-call.test-support.ts";
import { KeptFile } from "./kept-file.ts";
import { command as whatif } from "./whatif.ts";

const { call, folder } = await caller();
const platform = createSystemPlatform();

/** The system's disk with room for so many bytes over all files that are opened; a write beyond it is cut short. */
function smallDisk(room: number): Disk {
  let left = room;
  return {
    ...platform.disk,
    writeFile: async (path, bytes, mode) => {
      if (bytes.length > left) throw full(path);
      await platform.disk.writeFile(path, bytes, mode);
    },
    open: async (path, access, mode) => {
      const file = await platform.disk.open(path, access, mode);
      return {
        size: () => file.size(),
        read: (into, position) => file.read(into, position),
        datasync: () => file.datasync(),
        close: () => file.close(),
        write: async (bytes, position) => {
          const size = await file.size();
          const growth = Math.max(0, position + bytes.length - size);
          const fits = bytes.subarray(0, bytes.length - Math.max(0, growth - left));
          await file.write(fits, position);
          left -= Math.min(growth, left);
          if (fits.length < bytes.length) throw full(path);
        },
      };
    },
  };
}

const full = (path: string) =>
  Object.assign(new Error(`ENOSPC: no space left on device, write '${path}'`), { code: "ENOSPC" });

const parquetOf = async (name: string) => {
  const bytes = await readFile(join(folder, name));
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const metadata = parquetMetadata(file);
  const rows = await parquetReadObjects({ file });
  return {
    rows,
    metadata,
    told: new Map(metadata.key_value_metadata?.map(({ key, value }) => [key, value])),
  };
};

/** As Apache's own reader has it (the Rust implementation, in WebAssembly): no code of the writer's author. */
const arrowOf = async (name: string) =>
  tableFromIPC(readParquet(await readFile(join(folder, name))).intoIPCStream());

const ask = (given: Record<string, unknown>, disk: Disk = platform.disk) =>
  call(
    whatif,
    undefined,
    { model: "cho-fed-batch" },
    { workers: 0, rank: 0, points: 2, vary: ["mu_max=normal(0.039,5%)", "feed=0.5x..2x"], ...given },
    { platform: { ...platform, disk } },
  );

test("Parquet holds every run: the same numbers as the CSV, with units, and says that it is complete", async () => {
  await ask({ runs: 9000, parquet: "all.parquet", runsCsv: "all.csv" });
  const { rows, told, metadata } = await parquetOf("all.parquet");
  expect(rows).toHaveLength(9000);
  expect(metadata.row_groups.length).toBeGreaterThan(3);
  expect(told.get("helix.complete")).toBe("true");
  expect(told.get("unit.mAb")).toBe("mg/L");
  const [head = "", ...lines] = (await readFile(join(folder, "all.csv"), "utf8")).trimEnd().split("\n");
  expect(head).toBe(
    "run,strategy,mu_max,feed,V L,Xv 10*9{cells}/L,Xd 10*9{cells}/L,Glc mmol/L,Gln mmol/L,Lac mmol/L,Amm mmol/L,mAb mg/L,titer g/L,failure",
  );
  for (const run of [0, 511, 512, 4711, 8999]) {
    const values = Object.values(rows[run] ?? {}).map((value) => String(value ?? ""));
    expect(values.join(",")).toBe(lines[run]);
  }
  expect((await readdir(folder)).filter((name) => name.endsWith(".partial"))).toEqual([]);
});

test("Apache's reader finds the same rows, types and units in it", async () => {
  await ask({ runs: 3000, parquet: "arrow.parquet", against: ["feed[6..14]=1.2x"] });
  const [table, { rows, told }] = [await arrowOf("arrow.parquet"), await parquetOf("arrow.parquet")];
  expect(table.numRows).toBe(6000);
  expect(table.schema.fields.map(({ name, type }) => `${name} ${type}`).slice(0, 5)).toEqual([
    "run Int32",
    "strategy Utf8",
    "mu_max Float64",
    "feed Float64",
    "V Float64",
  ]);
  expect(Object.fromEntries(table.schema.metadata)).toMatchObject(Object.fromEntries(told));
  for (const at of [0, 1, 1023, 1024, 5999])
    expect(table.get(at)?.toJSON()).toEqual({ failure: null, ...rows[at] });
});

test("a run that failed is a row with its values and its reason", async () => {
  const text =
    "model decay\ntime t until 1 h\nparameters\n  x_0 = 1 g/L\n  k = 1 /h\nstates\n" +
    "  x = x_0 within 0 .. 3\nequations\n  dx/dt = -k * x\n";
  await writeFile(join(folder, "decay.twin"), text);
  const given = {
    workers: 0,
    rank: 0,
    runs: 200,
    vary: ["x_0=0..4"],
    against: ["k=2"],
    parquet: "failed.parquet",
  };
  await call(whatif, undefined, { model: "decay.twin" }, given);
  const { rows } = await parquetOf("failed.parquet");
  expect(rows).toHaveLength(400);
  expect(new Set(rows.map((row) => row["strategy"]))).toEqual(new Set(["as it is", "k=2"]));
  for (const row of rows) {
    const isBeyond = (row["x_0"] as number) > 3;
    expect(row["failure"] ?? "").toBe(
      isBeyond ? `start-out-of-bounds: x starts at ${row["x_0"]}, outside 0 .. 3` : "",
    );
    expect(typeof (row["x"] ?? undefined)).toBe(isBeyond ? "undefined" : "number");
  }
  expect(rows.filter((row) => row["failure"])).toHaveLength(100);
  const failures = (await arrowOf("failed.parquet")).getChild("failure");
  expect(failures && [...failures].filter((why) => why !== null)).toHaveLength(100);
});

describe("a disk that fills", () => {
  test.each([
    ["csv", { runsCsv: "full.csv" }, 300_000],
    ["Parquet", { parquet: "full.parquet" }, 1_500_000],
  ])("%s: stops with one clear line, keeps what is written and marks it", async (_, table, room) => {
    const [name = ""] = Object.values(table);
    const { exitCode, complained, said, result } = await ask({ runs: 60_000, ...table }, smallDisk(room));
    expect(exitCode).toBe(EXIT.fail);
    const kept = /^helix: (\S+): the disk is full; (\d+) rows are kept in (\S+), the rest is missing\n$/.exec(
      complained,
    );
    expect(kept?.[1]).toBe(name);
    expect(kept?.[3]).toBe(`${name}.partial`);
    const rows = Number(kept?.[2]);
    expect(rows).toBeGreaterThan(200);
    expect(rows).toBeLessThan(60_000);
    expect(said).toContain("PARTIAL: stopped after");
    expect(result).toMatchObject({
      complete: false,
      problems: [expect.stringContaining("the disk is full")],
    });
    expect(await readdir(folder)).not.toContain(name);
    if (name.endsWith(".csv")) {
      const lines = (await readFile(join(folder, `${name}.partial`), "utf8")).split("\n").filter(Boolean);
      expect(lines).toHaveLength(rows + 1);
      for (const line of lines) expect(line.split(",")).toHaveLength(14);
    } else {
      const { rows: read, told } = await parquetOf(`${name}.partial`);
      expect((await arrowOf(`${name}.partial`)).numRows).toBe(read.length);
      expect(read).toHaveLength(rows);
      expect(read.at(-1)).toMatchObject({ run: rows - 1, titer: expect.any(Number) });
      expect(told.get("helix.complete")).toBe("false");
    }
  });

  test("a page or table of bands that does not fit is said, the answer stands", async () => {
    const { exitCode, complained, result } = await ask(
      { runs: 50, html: "page.html", csv: "b.csv" },
      smallDisk(100),
    );
    expect(exitCode).toBe(EXIT.fail);
    expect(complained).toBe(
      "helix: page.html: the disk is full; it was not written\nhelix: b.csv: the disk is full; it was not written\n",
    );
    expect(result).toMatchObject({ finished: 50, complete: true });
  });
});

test("a kept file holds all of an append or nothing of it, wherever the disk fills", async () => {
  const own = await mkdtemp(join(tmpdir(), "helix-kept-"));
  onTestFinished(() => rm(own, { recursive: true }));
  for (let room = 0; room <= 120; room += 7) {
    const path = join(own, `${room}.txt`);
    const file = await KeptFile.create(smallDisk(room), path, 0x2e);
    const parts: string[] = [];
    for (const part of ["first ", "second part ", "third ", "a fourth that is longer "]) {
      const isIn = await file.append(new TextEncoder().encode(part), 10).then(
        () => true,
        () => false,
      );
      if (!isIn) break;
      parts.push(part);
    }
    if (parts.length === 0) continue;
    await file.finish(new TextEncoder().encode("END"), false);
    const text = await readFile(`${path}.partial`, "utf8");
    expect(text).toMatch(new RegExp(`^${parts.join("")}\\.*END$`));
  }
});
