/** `helix bench <board>`: performance side by side with peers. */
import { join, resolve } from "node:path";
import { type CliContext, CliError, defineCommand, EXIT } from "@helix/cli";

interface Board {
  /** Measures; the result is printed by `--json`, the text for people. */
  run(
    context: CliContext,
    rounds: number,
    progress: (line: string) => void,
    options: BoardOptions,
  ): Promise<{ result: object; text: string }>;
}

interface BoardOptions {
  readonly records: number;
  readonly workPrecision: boolean;
  readonly picture: string | undefined;
}

const BOARDS: Readonly<Record<string, Board>> = {
  ode: {
    async run(context, rounds, progress, { workPrecision, picture }) {
      if (workPrecision) return runWorkPrecision(context, progress, picture);
      const { runOdeBoard } = await import("../ode/board.ts");
      const { odeTable } = await import("../ode/table.ts");
      const result = await runOdeBoard(rounds, progress);
      return { result, text: odeTable(result) };
    },
  },
  world: {
    async run(_context, _rounds, progress) {
      const { runWorldBoard } = await import("../world/board.ts");
      const { worldTable } = await import("../world/table.ts");
      const result = await runWorldBoard(progress);
      return { result, text: worldTable(result) };
    },
  },
  ledger: {
    async run({ platform, cwd }, rounds, progress, { records }) {
      const { runLedgerBoard } = await import("../ledger/board.ts");
      const { ledgerTable, ledgerTargets } = await import("../ledger/table.ts");
      const folder = join(cwd, "runs", `bench-ledger-${platform.clock.wallUtcNs()}`);
      try {
        const board = await runLedgerBoard({
          platform,
          folder,
          turns: rounds,
          openingRecords: records,
          progress,
        });
        return { result: { ...board, targets: ledgerTargets(board) }, text: ledgerTable(board) };
      } finally {
        await platform.disk.remove(folder);
      }
    },
  },
};
const NAMES = Object.keys(BOARDS);

async function runWorkPrecision(
  { platform, cwd }: CliContext,
  progress: (line: string) => void,
  picture: string | undefined,
) {
  const { measureWorkPrecision } = await import("../ode/work-precision.ts");
  const { workPrecisionPicture } = await import("../ode/work-precision-picture.ts");
  const { workPrecisionTable } = await import("../ode/table.ts");
  const workPrecision = await measureWorkPrecision(progress);
  if (picture !== undefined)
    await platform.disk.writeFile(
      resolve(cwd, picture),
      new TextEncoder().encode(workPrecisionPicture(workPrecision)),
      0o644,
    );
  return { result: { workPrecision }, text: workPrecisionTable(workPrecision) };
}

export const command = defineCommand({
  name: "bench",
  summary: "measure HELIX side by side with its peers",
  topic: "evidence",
  details:
    "Runs a board: HELIX and its peers on the same work, interleaved. Peers that are not installed are named. " +
    "Ratios carry over to other machines, absolute figures do not. The ledger board measures the disk of the " +
    "folder it is called in.",
  arguments: { board: { summary: `which board: ${NAMES.join(", ")}`, count: "one" } },
  options: {
    rounds: { kind: "integer", value: "number", summary: "measured rounds", min: 3, max: 1000, default: 9 },
    records: {
      kind: "integer",
      value: "number",
      summary: "ledger: records of the largest ledger that is opened; 10 million take two minutes and 4 GB",
      min: 100,
      max: 100_000_000,
      default: 400_000,
    },
    workPrecision: {
      kind: "flag",
      summary: "ode: error against CPU time over tolerances from 1e-3 to 1e-10, in place of the board",
    },
    picture: { kind: "text", value: "file", summary: "ode --work-precision: also draw it, as SVG" },
  },
  examples: [
    { line: "helix bench ode", explains: "the twin engine against C++, Boost.odeint and CVODE" },
    {
      line: "helix bench ode --work-precision --picture work-precision.svg",
      explains: "which solver reaches which error in which time",
    },
    { line: "helix bench world --json", explains: "whole plants in virtual time against real time" },
    { line: "helix bench ledger --json", explains: "the ledger against SQLite and the bare disk" },
    { line: "helix bench ledger --records 10000000", explains: "the same, opened with 10 million records" },
  ],
  async run(input, context) {
    const { board } = input.arguments;
    const found = BOARDS[board];
    if (found === undefined) {
      throw new CliError(`no board "${board}"`, { advice: `choose one of: ${NAMES.join(", ")}` });
    }
    const { rounds, records, workPrecision, picture } = input.options;
    if (board !== "ode" && (workPrecision || picture !== undefined))
      throw new CliError("--work-precision and --picture belong to the board ode");
    if (picture !== undefined && !workPrecision)
      throw new CliError("--picture draws what --work-precision measures", {
        advice: `helix bench ode --work-precision --picture ${picture}`,
      });
    const { isTty } = context.terminal;
    const { result, text } = await found.run(
      context,
      rounds,
      (line) => {
        if (isTty) context.err.write(`\r${line.slice(0, context.terminal.columns - 1)}\u001B[K`);
      },
      { records, workPrecision, picture },
    );
    if (isTty) context.err.write("\r\u001B[K");
    context.out.write(text);
    return { exitCode: EXIT.pass, result: { board, ...result } };
  },
});
