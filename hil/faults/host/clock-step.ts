/** Somebody sets the clock of the runtime's computer. */
import type { FaultKind } from "../fault-kind.ts";
import { setting } from "../fault-kind.ts";
import { number } from "../wording.ts";
import { hostFault } from "./host-fault.ts";

export const clockStep: FaultKind = hostFault(
  "host",
  {
    name: "clock-step",
    effect:
      "the wall clock of the runtime is off by so much while it lasts, forwards or back; the monotonic clock runs on",
    parameters: {
      by: { setting: "stepS", measure: { unit: "s" }, min: -31_536_000, max: 31_536_000, example: "-90 s" },
    },
    unable: {
      wire: "the machine's clock belongs to everybody on it",
      physical: "the runtime of a real plant is not harmed on purpose",
    },
    receipt: "the wall clock just before and just after",
  },
  (host, fault) => host.stepClock(setting(fault, "stepS") * 1e6),
  ({ beforeUs, afterUs }) =>
    beforeUs === afterUs
      ? undefined
      : {
          summary: `the wall clock moved by ${number((afterUs - beforeUs) / 1e6)} s`,
          before: `${number(beforeUs / 1e6)} s`,
          after: `${number(afterUs / 1e6)} s`,
          figures: { beforeUs, afterUs },
        },
);
