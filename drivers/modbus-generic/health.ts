/** Asks the instrument itself how it is: its identification, or a register where it has none. */
import type { Clock, HealthReport, InstrumentStatus } from "@helix/hal";
import type { ModbusChannel } from "./channels.ts";
import { describeException } from "./codec/answer.ts";
import type { ExchangeLimits } from "./link/link.ts";
import { valueBlock } from "./read-plan.ts";
import type { ModbusSession } from "./session.ts";

/** Under the contract's 500 ms, so that the answer is ours and not the supervisor's. */
const HEALTH_BUDGET_MS = 450;

/** @throws InstrumentError Timeout, ConnectionLost, ProtocolViolation, ChecksumFailure */
export async function checkHealth(
  session: ModbusSession,
  clock: Clock,
  channels: readonly ModbusChannel[],
  status: () => InstrumentStatus,
  signal: AbortSignal,
): Promise<HealthReport> {
  const begin = clock.monotonicNs();
  const said = await signOfLife(session, channels, {
    operation: "healthCheck",
    budgetMs: HEALTH_BUDGET_MS,
    signal,
  });
  const { lateAnswers, repeatedAnswers } = session.link;
  const objects = session.identification ?? new Map<number, string>();
  return {
    status: status(),
    roundTripLatencyUs: Number((clock.monotonicNs() - begin) / 1000n),
    firmwareVersion: objects.get(2) ?? "",
    instrumentUptimeSeconds: undefined,
    activeAlarms: [],
    diagnostics: new Map([
      ["endpoint", session.target.endpoint],
      ["vendor", objects.get(0) ?? ""],
      ["product", objects.get(1) ?? ""],
      ["answer", said],
      ["late_answers", String(lateAnswers)],
      ...(repeatedAnswers === undefined ? [] : [["repeated_answers", String(repeatedAnswers)] as const]),
    ]),
  };
}

async function signOfLife(
  session: ModbusSession,
  channels: readonly ModbusChannel[],
  limits: ExchangeLimits,
): Promise<string> {
  if (session.identification !== undefined) {
    return (await session.identify(limits)) ? "identified itself" : "refused to identify itself";
  }
  const [first] = channels;
  if (first === undefined) throw new Error("an instrument without channels: invariant broken");
  const read = await session.read(valueBlock(first), limits, first.descriptor.id);
  return typeof read === "number" ? describeException(read) : "read a register";
}
