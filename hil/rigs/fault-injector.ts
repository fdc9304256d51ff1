/**
 * Puts the faults of a scenario on links and sensors, and brings their receipts home.
 */

import type { FaultLine, FaultReceipt, RunRecordLine } from "@helix/run-record";
import type { InstrumentFaultReceipt } from "@helix/simulators";
import { driftReceipt } from "../faults/drift-receipt.ts";
import { partitionReceipt } from "../faults/partition-receipt.ts";
import type { LinkPartition, PartitionFigures } from "../faults/tcp-fault-proxy.ts";
import type { PlannedFault } from "../scenario/plan.ts";

/** Where an instrument can be got at. */
export interface FaultAccess {
  readonly proxy: { partition(): LinkPartition };
  readonly simulator: {
    inject(id: string, fault: { inject: "drift"; channel: string; ratePerHour: number }): void;
    clear(id: string): Promise<InstrumentFaultReceipt | undefined>;
  };
}

type Evidence =
  | { readonly kind: "partition"; readonly figures: PartitionFigures }
  | { readonly kind: "drift"; readonly receipt: InstrumentFaultReceipt | undefined };

interface Injection {
  readonly fault: PlannedFault;
  readonly end: () => Promise<Evidence>;
  evidence: Promise<Evidence> | undefined;
  endS: number;
}

export class FaultInjector {
  readonly #access: ReadonlyMap<string, FaultAccess>;
  readonly #injections = new Map<string, Injection>();

  constructor(access: ReadonlyMap<string, FaultAccess>) {
    this.#access = access;
  }

  begin(fault: PlannedFault): void {
    const access = this.#access.get(fault.instrument);
    if (!access) throw new Error(`fault ${fault.id}: the rig has no instrument ${fault.instrument}`);
    this.#injections.set(fault.id, {
      fault,
      end: inject(fault, access),
      evidence: undefined,
      endS: fault.endS,
    });
  }

  end(fault: PlannedFault): void {
    const injection = this.#injections.get(fault.id);
    if (!injection) throw new Error(`fault ${fault.id} has not begun`);
    injection.evidence ??= injection.end();
  }

  /** Ends what is still in force, at plant time `nowS`. */
  endAll(nowS: number): void {
    for (const injection of this.#injections.values()) {
      if (injection.evidence) continue;
      injection.endS = nowS;
      injection.evidence = injection.end();
    }
  }

  /**
   * Whether the reading that was taken at plant time `t` is one that a sensor fault has changed. A
   * fault holds after the step at which it begins, up to and including the one at which it ends.
   */
  isFalsified(instrument: string, channel: string, t: number): boolean {
    for (const { fault, endS } of this.#injections.values()) {
      const isHere = fault.instrument === instrument && fault.channel === channel;
      if (isHere && t > fault.beginS && t <= endS) return true;
    }
    return false;
  }

  /** One line per fault that was injected, with what `lines` show the driver saw of it. */
  async lines(lines: readonly RunRecordLine[]): Promise<FaultLine[]> {
    const injections = [...this.#injections.values()];
    return Promise.all(
      injections.map(async ({ fault, evidence, endS }) => ({
        kind: "fault",
        id: fault.id,
        inject: fault.inject,
        on: fault.on,
        parameters: fault.parameters,
        beginS: fault.beginS,
        endS,
        receipt: receiptOf({ ...fault, endS }, await evidence, lines),
      })),
    );
  }
}

/** Begins the fault; returns how to end it. */
function inject(fault: PlannedFault, { proxy, simulator }: FaultAccess): () => Promise<Evidence> {
  const { channel, id } = fault;
  switch (fault.inject) {
    case "partition": {
      const partition = proxy.partition();
      return async () => ({ kind: "partition", figures: partition.heal() });
    }
    case "drift": {
      const ratePerHour = fault.settings["ratePerHour"];
      if (channel === undefined || ratePerHour === undefined)
        throw new Error(`fault ${id}: drift needs a channel and a rate`);
      simulator.inject(id, { inject: "drift", channel, ratePerHour });
      return async () => ({ kind: "drift", receipt: await simulator.clear(id) });
    }
    default:
      throw new Error(`fault ${id}: this rig cannot inject ${fault.inject}`);
  }
}

function receiptOf(
  fault: PlannedFault,
  evidence: Evidence | undefined,
  lines: readonly RunRecordLine[],
): FaultReceipt | undefined {
  switch (evidence?.kind) {
    case "partition":
      return partitionReceipt(fault, evidence.figures, lines);
    case "drift":
      return driftReceipt(fault, evidence.receipt, lines);
    case undefined:
      return undefined;
  }
}
