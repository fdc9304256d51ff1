/** `helix bench <board>`: performance side by side with peers. */
import { join } from "node:path";
import { type CliContext, CliError, defineCommand, EXIT } from "@helix/cli";

interface Board {
  /** Measures; the result is printed by `--json`, the text for people. */
  run(
    context: CliContext,
    rounds: number,
    progress: (line: string) => void,
    records: number,
  ): Promise<{ result: object; text: string }>;
}

const BOARDS: Readonly<Record<string, Board>> = {
  ode: {
    async run(_context, rounds, progress) {
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
    async run({ platform, cwd }, rounds, progress, records) {
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
  },
  examples: [
    { line: "helix bench ode", explains: "the twin engine against C++, Boost.odeint and CVODE" },
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
    const { isTty } = context.terminal;
    const { result, text } = await found.run(
      context,
      input.options.rounds,
      (line) => {
        if (isTty) context.err.write(`\r${line.slice(0, context.terminal.columns - 1)}\u001B[K`);
      },
      input.options.records,
    );
    if (isTty) context.err.write("\r\u001B[K");
    context.out.write(text);
    return { exitCode: EXIT.pass, result: { board, ...result } };
  },
});
