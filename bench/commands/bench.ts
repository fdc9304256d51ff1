/** `helix bench <board>`: performance side by side with peers. */
import { CliError, defineCommand, EXIT } from "@helix/cli";

const BOARDS = ["ode"] as const;

export const command = defineCommand({
  name: "bench",
  summary: "measure HELIX side by side with its peers",
  topic: "evidence",
  details:
    "Runs a board: HELIX and its peers on the same work, interleaved, in CPU time. Peers that are not " +
    "installed are named. Ratios carry over to other machines, absolute figures do not.",
  arguments: { board: { summary: `which board: ${BOARDS.join(", ")}`, count: "one" } },
  options: {
    rounds: { kind: "integer", value: "number", summary: "measured rounds", min: 3, max: 1000, default: 9 },
  },
  examples: [{ line: "helix bench ode", explains: "the twin engine against C++, Boost.odeint and CVODE" }],
  async run(input, context) {
    const { board } = input.arguments;
    if (board !== "ode") {
      throw new CliError(`no board "${board}"`, { advice: `choose one of: ${BOARDS.join(", ")}` });
    }
    const { runOdeBoard } = await import("../ode/board.ts");
    const { odeTable } = await import("../ode/table.ts");
    const result = await runOdeBoard(input.options.rounds, (line) => {
      if (context.terminal.isTty) context.err.write(`\r${line}\u001B[K`);
    });
    if (context.terminal.isTty) context.err.write("\r\u001B[K");
    context.out.write(odeTable(result));
    return { exitCode: EXIT.pass, result: { board, ...result } };
  },
});
