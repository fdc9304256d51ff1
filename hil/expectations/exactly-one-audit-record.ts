/**
 * Nothing that was done is missing from the ledger, and nothing stands there twice: a command has one
 * intent and one outcome, and one resolution where its outcome was settled later; a calibration has
 * one record; and each driver told of each command exactly once.
 */
import {
  type AuditRecord,
  type Finding,
  firstFew,
  linesOf,
  met,
  notMet,
  type RunFacts,
  undecided,
  unjudgeable,
} from "./finding.ts";

const EXPECTED =
  "one intent and one outcome per command, one record per calibration, one audit record from the driver";
/** Of the deviation that the runtime records when a driver tells more or less than once. */
const AUDIT_BREACH = /\baudit records for command\b/;

export function judgeAuditRecords(facts: RunFacts): Finding {
  const { audit } = facts;
  if (facts.plan.commands.length === 0)
    return unjudgeable("test", EXPECTED, "the scenario schedules no command");
  if (!audit) return undecided("bench", EXPECTED, "the ledger could not be read");
  const commands = linesOf(facts, "command");
  const calibrations = linesOf(facts, "calibration");
  const about = `${commands.length} commands, ${calibrations.length} calibrations, ${audit.length} ledger records`;
  const wrong = [
    ...commands.flatMap((line) => {
      const resolved = line.resolved === undefined ? 0 : 1;
      return troubleWith(
        `command ${line.id}`,
        audit.filter(({ commandId }) => commandId === line.id),
        resolved,
      );
    }),
    ...strangers(new Set(commands.map(({ id }) => id)), audit),
    ...calibrationTrouble(facts, audit),
    ...audit
      .filter(({ event, description = "" }) => event === "DEVIATION" && AUDIT_BREACH.test(description))
      .map(({ sequence, description }) => `ledger record ${sequence}: ${description}`),
  ];
  if (wrong.length > 0)
    return notMet("driver", EXPECTED, `${about}; ${wrong.length} do not agree`, firstFew(wrong));
  if (!facts.complete) return undecided("test", EXPECTED, `${about}, but the run was cut short`);
  if (commands.length + calibrations.length === 0)
    return unjudgeable("bench", EXPECTED, "no command was sent");
  return met(
    EXPECTED,
    about,
    firstFew(
      commands.map(
        (line) => `${line.id}: ledger records ${line.intentLedgerSequence} and ${line.outcomeLedgerSequence}`,
      ),
    ),
  );
}

function troubleWith(who: string, records: readonly AuditRecord[], resolved: number): string[] {
  const wanted = { COMMAND_INTENT: 1, COMMAND_OUTCOME: 1, COMMAND_RESOLVED: resolved };
  return Object.entries(wanted).flatMap(([event, count]) => {
    const found = records.filter((record) => record.event === event).length;
    return found === count ? [] : [`${who}: ${found} records ${event}, not ${count}`];
  });
}

/** Records of commands that the run knows nothing of. */
const strangers = (known: ReadonlySet<string>, audit: readonly AuditRecord[]) =>
  audit
    .filter(({ commandId }) => commandId !== undefined && !known.has(commandId))
    .map(
      ({ sequence, event, commandId }) =>
        `ledger record ${sequence}: ${event} of ${commandId}, which was not sent`,
    );

/** A calibration's record does not name the plan's id: they are counted by instrument. */
function calibrationTrouble(facts: RunFacts, audit: readonly AuditRecord[]): string[] {
  return facts.plan.instruments.flatMap(({ key }) => {
    const done = linesOf(facts, "calibration").filter(({ instrument }) => instrument === key).length;
    const found = audit.filter(
      ({ event, instrument }) => event === "CALIBRATION" && instrument === key,
    ).length;
    return done === found ? [] : [`${key}: ${found} records CALIBRATION for ${done} calibrations`];
  });
}
