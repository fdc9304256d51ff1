/** `helix bench <board>`: performance side by side with peers. */
import { CliError, defineCommand, EXIT } from "@helix/cli";

const BOARDS = ["ode", "world"] as const;

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
  examples: [
    { line: "helix bench ode", explains: "the twin engine against C++, Boost.odeint and CVODE" },
    { line: "helix bench world --json", explains: "whole plants in virtual time against real time" },
  ],
  async run(input, context) {
    const { board } = input.arguments;
    const say = (line: string) => {
      if (context.terminal.isTty) context.err.write(`\r${line}\u001B[K`);
    };
    if (board === "world") {
      const { runWorldBoard } = await import("../world/board.ts");
      const { worldTable } = await import("../world/table.ts");
      const result = await runWorldBoard(say);
      say("");
      context.out.write(worldTable(result));
      return { exitCode: EXIT.pass, result: { board, ...result } };
    }
    if (board !== "ode") {
      throw new CliError(`no board "${board}"`, { advice: `choose one of: ${BOARDS.join(", ")}` });
    }
    const { runOdeBoard } = await import("../ode/board.ts");
    const { odeTable } = await import("../ode/table.ts");
    const result = await runOdeBoard(input.options.rounds, say);
    say("");
    context.out.write(odeTable(result));
    return { exitCode: EXIT.pass, result: { board, ...result } };
  },
});
