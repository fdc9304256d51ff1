/** What faults have in common that the instrument's simulator does, with the receipt that it gives. */
import type { InstrumentFault, InstrumentFaultReceipt } from "@helix/simulators";
import type { PlannedFault } from "../scenario/plan.ts";
import { firstTroubleSeen, lastReadingSeen, troubleOrReadingSeen } from "./driver-saw.ts";
import { type FaultKind, type FaultTrace, partOf } from "./fault-kind.ts";
import { counted, number, valueIn } from "./wording.ts";

export const MODBUS = ["modbus-tcp", "modbus-rtu"];

const RIGS = {
  rigs: ["virtual", "wire"],
  unable: { physical: "a real instrument is not made to do this on purpose" },
} as const;

type Own = Pick<FaultKind, "name" | "effect" | "receipt"> &
  Partial<
    Pick<FaultKind, "parameters" | "pace" | "falsifies" | "protocols" | "meets" | "driverSaw" | "takenAt">
  > & {
    /** What the simulator is told. */
    readonly tell: (fault: PlannedFault) => InstrumentFault;
    readonly trace?: (receipt: InstrumentFaultReceipt) => FaultTrace;
  };

/** A fault of a sensor: the readings of a channel are false. */
export const readingFault = (own: Own): FaultKind =>
  simulatorFault("channel", {
    falsifies: "channel",
    trace: readingTrace,
    driverSaw: lastReadingSeen,
    ...own,
  });

export const channelFault = (own: Own): FaultKind => simulatorFault("channel", own);
export const instrumentFault = (own: Own): FaultKind => simulatorFault("instrument", own);
/** A fault of answers that stand alone, one message each: Modbus has them, over TCP and on a serial line. */
export const answerFault = (own: Own): FaultKind =>
  simulatorFault("instrument", {
    protocols: MODBUS,
    pace: "real",
    driverSaw: troubleOrReadingSeen,
    ...own,
  });

/** A fault of the link that is seen message by message: the simulator stands in for what lies before it. */
export const messageFault = (own: Own): FaultKind => simulatorFault("link", own);
export const plantFault = (own: Own): FaultKind => simulatorFault("plant", own);

function simulatorFault(
  target: "channel" | "instrument" | "plant" | "link",
  { tell, trace = receiptTrace, ...own }: Own,
): FaultKind {
  return {
    target,
    bySimulator: true,
    parameters: {},
    ...RIGS,
    pace: "plant",
    falsifies: "nothing",
    driverSaw: firstTroubleSeen,
    ...own,
    begin(fault, access) {
      const simulator = partOf(target === "plant" ? "plant" : "instrument", fault, access);
      simulator.inject(fault.id, tell(fault));
      return {
        async end() {
          const receipt = await simulator.clear(fault.id);
          return receipt === undefined || receipt.touched === 0 ? undefined : trace(receipt);
        },
      };
    },
  };
}

function receiptTrace(receipt: InstrumentFaultReceipt): FaultTrace {
  const { subject, touched, unit, lastBefore, lastAfter } = receipt;
  const before = valueIn(lastBefore, unit);
  const after = valueIn(lastAfter, unit);
  return {
    summary: `${subject}: ${touched}; the last: ${after} in place of ${before}`,
    before,
    after,
    figures: { touched, ...numbers(receipt) },
  };
}

function readingTrace(receipt: InstrumentFaultReceipt): FaultTrace {
  const { channel = "", touched, unit, lastBefore, lastAfter } = receipt;
  const shift = Number(lastAfter) - Number(lastBefore);
  return {
    summary: `${counted(touched, "reading")} of ${channel} changed, the last by ${number(shift)} ${unit}`,
    before: valueIn(lastBefore, unit),
    after: valueIn(lastAfter, unit),
    figures: { samples: touched, ...numbers(receipt) },
  };
}

/** The values that are numbers. */
function numbers({ firstBefore, firstAfter, lastBefore, lastAfter }: InstrumentFaultReceipt) {
  const values = Object.entries({ firstBefore, firstAfter, lastBefore, lastAfter });
  return Object.fromEntries(
    values.filter((entry): entry is [string, number] => typeof entry[1] === "number"),
  );
}
