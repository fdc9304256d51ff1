/**
 * Looks for the conditions of armed faults in what a run records. A condition is judged by good
 * readings and by the twin's true state alone; each fault begins once.
 *
 * For a conductor: while there are armed faults, let the plant stand every few samples, call `due`,
 * begin what it gives back, and put the end of it on the timeline.
 */
import type { RunRecordLine } from "@helix/run-record";
import type { ArmedFault, Condition, PlannedFault } from "./plan.ts";

/** OPC quality from which a value is good. */
const GOOD = 0xc0;

export class ConditionWatch {
  readonly #armed: Set<ArmedFault>;
  readonly #endS: number;
  #read = 0;

  constructor(plan: { readonly armed: readonly ArmedFault[]; readonly endS: number }) {
    this.#armed = new Set(plan.armed);
    this.#endS = plan.endS;
  }

  /** Whether a fault still waits. */
  get isWaiting(): boolean {
    return this.#armed.size > 0;
  }

  /**
   * The faults whose condition has come to hold in the lines since the call before, to begin now.
   *
   * @param lines all that the run has recorded so far
   * @param nowS plant time, s
   */
  due(lines: readonly RunRecordLine[], nowS: number): PlannedFault[] {
    const news = lines.slice(this.#read);
    this.#read = lines.length;
    const due = [...this.#armed].filter((fault) => news.some((line) => holds(fault, line)));
    return due.map((fault) => {
      this.#armed.delete(fault);
      const { when: _when, afterS: _afterS, forS, mayNotCome: _mayNotCome, ...rest } = fault;
      return { ...rest, beginS: nowS, endS: Math.min(nowS + forS, this.#endS) };
    });
  }
}

function holds({ when, afterS }: ArmedFault, line: RunRecordLine): boolean {
  if ((line.kind !== "sample" && line.kind !== "truth") || line.t < afterS) return false;
  const value = valueIn(line, when);
  if (value === undefined || !Number.isFinite(value)) return false;
  return when.side === "below" ? value < when.limit : value > when.limit;
}

function valueIn(
  line: Extract<RunRecordLine, { kind: "sample" | "truth" }>,
  { value }: Condition,
): number | undefined {
  if (line.kind === "truth") return value.of === "state" ? line.states[value.state] : undefined;
  const isIt =
    value.of === "channel" && line.instrument === value.instrument && line.channel === value.channel;
  return isIt && line.quality >= GOOD ? (line.value ?? undefined) : undefined;
}
