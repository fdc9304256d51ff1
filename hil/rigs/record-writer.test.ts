import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSystemPlatform } from "@helix/platform";
import { expect, test } from "vitest";
import { RecordWriter } from "./record-writer.ts";

const { disk } = createSystemPlatform();
const line = (t: number) => ({ kind: "truth", t, states: { glucose: t } }) as const;

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "record-"));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

test("lines reach the file in order, whole, one JSON object each", async () => {
  await inFolder(async (folder) => {
    const record = await RecordWriter.create(disk, join(folder, "record.jsonl"));
    for (let t = 0; t < 500; t++) {
      record.add(line(t));
      if (t % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await record.close();
    const text = await readFile(record.path, "utf8");
    expect(text.endsWith("\n")).toBe(true);
    expect(
      text
        .trimEnd()
        .split("\n")
        .map((one) => JSON.parse(one)),
    ).toEqual(record.lines);
  });
});

test("the line before the close is the last one, whatever still comes", async () => {
  await inFolder(async (folder) => {
    const record = await RecordWriter.create(disk, join(folder, "record.jsonl"));
    for (let t = 0; t < 10; t++) record.add(line(t));
    const closing = record.close();
    record.add(line(10));
    await closing;
    record.add(line(11));
    const lines = (await readFile(record.path, "utf8")).trimEnd().split("\n");
    expect(JSON.parse(lines.at(-1) ?? "")).toEqual(line(9));
    expect(record.lines).toHaveLength(10);
  });
});

test("a record is never written over", async () => {
  await inFolder(async (folder) => {
    const path = join(folder, "record.jsonl");
    await (await RecordWriter.create(disk, path)).close();
    await expect(RecordWriter.create(disk, path)).rejects.toMatchObject({ code: "EEXIST" });
  });
});

test("a line that could not be written is told at the close", async () => {
  let isClosed = false;
  const full = {
    ...disk,
    open: async () => ({
      size: async () => 0,
      read: async () => 0,
      write: () => Promise.reject(Object.assign(new Error("no space left"), { code: "ENOSPC" })),
      datasync: async () => {},
      close: async () => {
        isClosed = true;
      },
    }),
  };
  const record = await RecordWriter.create(full, "record.jsonl");
  record.add(line(1));
  await expect(record.close()).rejects.toMatchObject({ cause: { code: "ENOSPC" } });
  expect(isClosed).toBe(true);
});

test("the end line is the last, whatever comes after it", async () => {
  const end = {
    kind: "end",
    verdict: "pass",
    cause: undefined,
    summary: "",
    frames: 0,
    gaps: 0,
    drops: 0,
    wallSeconds: 1,
  } as const;
  await inFolder(async (folder) => {
    const record = await RecordWriter.create(disk, join(folder, "record.jsonl"));
    record.add(end);
    record.add(line(1));
    await record.close();
    expect(await readFile(record.path, "utf8")).toBe(`${JSON.stringify(end)}\n`);
  });
});
