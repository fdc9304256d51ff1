/** The `ode` board as text for people. */
import type { OdeBoard } from "./board.ts";

export function odeTable({ problems, figures, absent }: OdeBoard): string {
  const parts = problems.map(({ title, standings, absent, targets }) => {
    const rows = standings.map((s) => [
      s.name,
      `${s.trajectoriesPerSecond}/s`,
      Number.isFinite(s.ratio) ? s.ratio.toPrecision(2) : "-",
      `${s.stepsPerTrajectory.toFixed(0)}+${s.rejectsPerTrajectory.toFixed(0)}`,
      s.worstError.toExponential(1),
    ]);
    const judged = targets.map(
      (t) => `  ${t.reached ? "reached" : "MISSED"}: ${t.name} at least ${t.ratio} of the first peer`,
    );
    const missing = absent.map((peer) => `  not measured: ${peer.name} (${peer.reason})`);
    return [title, ...aligned([["", "CPU", "ratio", "steps", "error"], ...rows]), ...judged, ...missing].join(
      "\n",
    );
  });
  const others = figures.map(
    (f) => `  ${f.reached ? "reached" : "MISSED"}: ${f.name}: ${f.value} ${f.unit} (target ${f.target})`,
  );
  const missing = absent.map((figure) => `  not measured: ${figure.name} (${figure.reason})`);
  return `${[...parts, ["Without peers", ...others, ...missing].join("\n")].join("\n\n")}\n`;
}

function aligned(rows: readonly string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? "").length)),
  );
  return rows.map((row) =>
    `  ${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join("  ")}`.trimEnd(),
  );
}
