/** The `ode` board as text for people. */
import type { JudgedTarget, OdeBoard } from "./board.ts";
import type { WorkPrecision } from "./work-precision.ts";

export function odeTable({ machine, problems, figures, absent }: OdeBoard): string {
  const head = [
    `${machine.processor}, ${machine.cores} cores, Node ${machine.node}, ${machine.compiler ?? "no g++"}, load ${machine.load}`,
    "CPU time, one thread, medians; C++ is compiled with -O3 -march=native (fused multiply-add, vectors), HELIX has neither",
  ].join("\n");
  const parts = problems.map(({ title, standings, absent, targets }) => {
    const rows = standings.map((s) => [
      s.name,
      `${s.trajectoriesPerSecond}/s`,
      Number.isFinite(s.ratio) ? s.ratio.toPrecision(2) : "-",
      `${s.stepsPerTrajectory.toFixed(0)}+${s.rejectsPerTrajectory.toFixed(0)}`,
      s.worstError.toExponential(1),
    ]);
    const missing = absent.map((peer) => `  not measured: ${peer.name} (${peer.reason})`);
    const table = aligned([["", "CPU", "ratio", "steps", "error"], ...rows]);
    return [title, ...table, ...targets.map(targetLine), ...missing].join("\n");
  });
  const others = figures.map(
    ({ reached, name, value, unit, target, note }) =>
      `  ${verdict(reached)}: ${name}: ${value} ${unit} (target ${target})${note ? `; ${note}` : ""}`,
  );
  const missing = absent.map((figure) => `  not measured: ${figure.name} (${figure.reason})`);
  return `${[head, ...parts, ["Without peers", ...others, ...missing].join("\n"), EQUAL_TOLERANCE].join("\n\n")}\n`;
}

const EQUAL_TOLERANCE =
  "All have rtol 1e-6 and atol 1e-9, which is not the same error: see the column, and helix bench ode --work-precision";

const verdict = (reached: boolean): string => (reached ? "reached" : "MISSED");

function targetLine({ name, measured, ratio, rate, onReference, reached }: JudgedTarget): string {
  if (measured === undefined)
    return `  not judged: ${name} at least ${ratio} of the first peer, which is missing`;
  const there =
    onReference === undefined ? "" : `; on the reference machine that is ${onReference}/s (target ${rate}/s)`;
  return `  ${verdict(reached)}: ${name} ${measured.toPrecision(2)} of the first peer (target ${ratio})${there}`;
}

/** Work against precision, for people. */
export function workPrecisionTable(boards: readonly WorkPrecision[]): string {
  const parts = boards.map(({ title, curves, absent, equalError }) => {
    const tolerances = curves[0]?.points.map(({ rtol }) => rtol.toExponential(0)) ?? [];
    const rows = curves.map(({ name, trajectories, points }) => [
      `${name}, ${trajectories} ${trajectories === 1 ? "trajectory" : "trajectories"}`,
      ...points.map(({ error, seconds }) => `${error.toExponential(0)} ${microseconds(seconds)}`),
    ]);
    const equal = [...equalError.solvers]
      .sort((a, b) => (a.seconds ?? Number.POSITIVE_INFINITY) - (b.seconds ?? Number.POSITIVE_INFINITY))
      .map(({ name, seconds }) => [name, seconds === undefined ? "not reached" : microseconds(seconds)]);
    return [
      title,
      ...aligned([["error and CPU time at rtol", ...tolerances], ...rows]),
      ...aligned([[`at an error of ${equalError.error.toExponential(0)}`, "us"], ...equal]),
      ...absent.map((peer) => `  not measured: ${peer.name} (${peer.reason})`),
    ].join("\n");
  });
  return `${parts.join("\n\n")}\n`;
}

const microseconds = (seconds: number): string => `${Number((1e6 * seconds).toPrecision(2))}`;

function aligned(rows: readonly string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? "").length)),
  );
  return rows.map((row) =>
    `  ${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join("  ")}`.trimEnd(),
  );
}
