/**
 * `helix report <record.jsonl>`: renders the reports of a stored run once more. The verdict stays the
 * record's; the exit code says whether the reports were written.
 */
import { basename, dirname, join, resolve } from "node:path";
import { type CliContext, CliError, defineCommand, EXIT } from "@helix/cli";
import type { ReportFormat } from "../render-report.ts";

export const command = defineCommand({
  name: "report",
  summary: "render the reports of a recorded run",
  topic: "evidence",
  details:
    "Reads a run record and writes report.html, report.junit.xml and report.json. The reports depend on nothing but the record: rendered again, anywhere, they are the same byte for byte.",
  arguments: { record: { summary: "the run's record.jsonl, or the folder that holds it", count: "one" } },
  options: {
    out: { kind: "text", value: "folder", summary: "where to write; beside the record if left out" },
    format: {
      kind: "text",
      value: "list",
      summary: "which to write, of html, junit, json, with commas between",
      default: "html,junit,json",
    },
  },
  examples: [
    { line: "helix report runs/calm/record.jsonl", explains: "write all three beside the record" },
    {
      line: "helix report runs/calm/record.jsonl --format junit --out ci",
      explains: "write ci/report.junit.xml for a CI server",
    },
  ],
  async run(input, context) {
    const { readRecord } = await import("../read-record.ts");
    const { REPORT_FORMATS, renderReport } = await import("../render-report.ts");
    const { disk } = context.platform;
    const formats = parseFormats(input.options.format, REPORT_FORMATS);
    const recordPath = await findRecord(disk, resolve(context.cwd, input.arguments.record));
    const record = await readRecordFile(disk, recordPath, readRecord);
    const folder =
      input.options.out === undefined ? dirname(recordPath) : resolve(context.cwd, input.options.out);
    await attempt(`cannot make the folder ${folder}`, () => disk.makeFolder(folder));
    const files: Partial<Record<ReportFormat, string>> = {};
    for (const format of formats) {
      context.signal.throwIfAborted();
      const { fileName, text } = renderReport(record, format);
      const path = join(folder, fileName);
      // A report is handed over and served: readable for others, unlike what HELIX writes for itself.
      await attempt(`cannot write ${path}`, () =>
        disk.writeFile(path, new TextEncoder().encode(text), 0o644),
      );
      files[format] = path;
      context.out.write(`${path}\n`);
    }
    return { exitCode: EXIT.pass, result: { record: recordPath, verdict: record.end.verdict, files } };
  },
});

type Disk = CliContext["platform"]["disk"];

function parseFormats(list: string, known: readonly ReportFormat[]): ReportFormat[] {
  const names = list.split(",").map((name) => name.trim());
  const unknown = names.find((name) => !(known as readonly string[]).includes(name));
  if (unknown !== undefined) {
    throw new CliError(`--format: "${unknown}" is not a form that a report comes in`, {
      advice: `Choose from ${known.join(", ")}, with commas between.`,
    });
  }
  return known.filter((format) => names.includes(format));
}

async function findRecord(disk: Disk, path: string): Promise<string> {
  const found = await attempt(`cannot look at ${path}`, () => disk.stat(path));
  return found?.kind === "folder" ? join(path, "record.jsonl") : path;
}

async function readRecordFile<Record>(
  disk: Disk,
  path: string,
  read: (text: string) => Record,
): Promise<Record> {
  const bytes = await attempt(`cannot read ${path}`, () => disk.readFile(path));
  try {
    return read(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    const problem = cause instanceof TypeError ? "is not UTF-8 text" : (cause as Error).message;
    throw new CliError(`${path}: ${problem}`, {
      advice: `Take the ${basename(path)} that the run itself wrote; a report over a damaged record would be a wrong report.`,
      cause,
    });
  }
}

async function attempt<T>(what: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    throw new CliError(`${what}: ${ADVICE[code ?? ""]?.problem ?? (cause as Error).message}`, {
      advice: ADVICE[code ?? ""]?.advice ?? "Nothing was changed.",
      cause,
    });
  }
}

const ADVICE: Readonly<Record<string, { problem: string; advice: string }>> = {
  ENOENT: { problem: "there is no such file", advice: "Give the path of a run's record.jsonl." },
  EACCES: { problem: "permission denied", advice: "Choose a folder that you may write to with --out." },
  EROFS: { problem: "the file system is read-only", advice: "Choose another folder with --out." },
  ENOSPC: { problem: "the disk is full", advice: "Make room, or choose another folder with --out." },
};
