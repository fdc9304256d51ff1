/** The `ledger` board as text for people. */
import type { LedgerBoard } from "./board.ts";

interface Target {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly target: string;
  readonly reached: boolean;
}

/** What the ledger is to reach, with what was measured. */
export function ledgerTargets(board: LedgerBoard): Target[] {
  const { enqueue, durable, writers64, verify } = board;
  const atMost = (name: string, value: number, unit: string, limit: number): Target => ({
    name,
    value,
    unit,
    target: `at most ${limit}`,
    reached: value <= limit,
  });
  const atLeast = (name: string, value: number, unit: string, limit: number): Target => ({
    name,
    value,
    unit,
    target: `at least ${limit}`,
    reached: value >= limit,
  });
  return [
    atMost("enqueue, median", enqueue.p50Us, "us", 5),
    atMost("enqueue, p99", enqueue.p99Us, "us", 50),
    atMost("durable append over a bare blocking write and fdatasync", durable.classBOverBlocking, "x", 2),
    atMost("class A over the same", durable.classAOverBlocking, "x", 4),
    atLeast("records by 64 writers", writers64.recordsPerSecond, "/s", 90_000),
    atLeast("verify", verify.recordsPerSecond, "records/s", 250_000),
    ...board.open.map(({ records, ms }) => atMost(`open after ${records} records`, ms, "ms", 300)),
  ];
}

export function ledgerTable(board: LedgerBoard): string {
  const { bareBlocking, bare, sqliteFull, classB, classA } = board.durable;
  const peers = [
    ["bare write + fdatasync, blocking", bareBlocking],
    ["the same without blocking", bare],
    ["SQLite, synchronous=FULL, one row", sqliteFull],
    ["ledger, class B", classB],
    ["ledger, class A", classA],
  ] as const;
  const lines = peers.map(
    ([name, { p50Us, p99Us }]) =>
      `  ${name.padEnd(36)}${p50Us.toFixed(0).padStart(8)} us p50${p99Us.toFixed(0).padStart(9)} us p99`,
  );
  const targets = ledgerTargets(board).map(
    ({ name, value, unit, target, reached }) =>
      `  ${reached ? "reached" : "MISSED "} ${name}: ${Number(value.toPrecision(4))} ${unit} (${target})`,
  );
  return `Durable\n${lines.join("\n")}\n\nTargets\n${targets.join("\n")}\n`;
}
