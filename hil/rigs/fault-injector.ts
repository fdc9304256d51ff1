/**
 * Puts the faults of a scenario on what the rig gives access to, and brings their receipts home.
 */
import type { FaultLine, FaultReceipt, RunRecordLine } from "@helix/run-record";
import type { FaultAccess } from "../faults/access/access.ts";
import { faultKind } from "../faults/catalogue.ts";
import type { FaultInForce, FaultTrace } from "../faults/fault-kind.ts";
import type { PlannedFault } from "../scenario/plan.ts";

interface Injection {
  readonly fault: PlannedFault;
  readonly inForce: FaultInForce;
  trace: Promise<FaultTrace | undefined> | undefined;
  endS: number;
}

export class FaultInjector {
  readonly #access: ReadonlyMap<string, FaultAccess>;
  readonly #plantTimeS: () => number;
  readonly #injections = new Map<string, Injection>();

  /** @param access by instrument; and of the runtime, by "runtime" */
  constructor(access: ReadonlyMap<string, FaultAccess>, plantTimeS: () => number) {
    this.#access = access;
    this.#plantTimeS = plantTimeS;
  }

  /** @throws Error when the rig cannot do it */
  begin(fault: PlannedFault): void {
    const access = this.#access.get(fault.instrument);
    if (!access) throw new Error(`fault ${fault.id}: the rig has no instrument ${fault.instrument}`);
    const inForce = faultKind(fault.inject).begin(fault, access);
    this.#injections.set(fault.id, { fault, inForce, trace: undefined, endS: fault.endS });
  }

  end(fault: PlannedFault): void {
    const injection = this.#injections.get(fault.id);
    if (!injection) throw new Error(`fault ${fault.id} has not begun`);
    injection.trace ??= injection.inForce.end(injection.endS);
  }

  /** Ends what is still in force, at plant time `nowS`. @param spared stays in force */
  endAll(nowS: number, spared: (fault: PlannedFault) => boolean = () => false): void {
    for (const injection of this.#injections.values()) {
      if (injection.trace || spared(injection.fault)) continue;
      injection.endS = nowS;
      injection.trace = injection.inForce.end(nowS);
    }
  }

  /**
   * Whether the reading with the stamp `stampS`, which comes now, is one that a fault has made false. A
   * fault holds after the step at which it begins, up to and including the one at which it ends.
   */
  isFalsified(instrument: string, channel: string, stampS: number): boolean {
    for (const { fault, endS } of this.#injections.values()) {
      if (fault.instrument !== instrument) continue;
      const { falsifies, takenAt } = faultKind(fault.inject);
      // Of the two times that a stamp may mean, the one that is nearer to now.
      const other = takenAt?.(fault, stampS, this.#plantTimeS()) ?? stampS;
      const t = this.#ageOf(other) < this.#ageOf(stampS) ? other : stampS;
      if (t <= fault.beginS || t > endS) continue;
      if (falsifies === "instrument" || (falsifies === "channel" && fault.channel === channel)) return true;
    }
    return false;
  }

  #ageOf(takenS: number): number {
    return Math.abs(this.#plantTimeS() - takenS);
  }

  /** One line per fault that was injected, with what `lines` show the driver saw of it. */
  async lines(lines: readonly RunRecordLine[]): Promise<FaultLine[]> {
    const injections = [...this.#injections.values()];
    return Promise.all(
      injections.map(async ({ fault, trace, endS }) => ({
        kind: "fault",
        id: fault.id,
        inject: fault.inject,
        on: fault.on,
        parameters: fault.parameters,
        beginS: fault.beginS,
        endS,
        receipt: receiptOf({ ...fault, endS }, await trace, lines),
      })),
    );
  }
}

function receiptOf(
  fault: PlannedFault,
  trace: FaultTrace | undefined,
  lines: readonly RunRecordLine[],
): FaultReceipt | undefined {
  if (trace === undefined) return undefined;
  const { summary, before, after, figures } = trace;
  const driverSaw = faultKind(fault.inject).driverSaw(fault, lines);
  return { summary, before, after, driverSaw, figures };
}
