/**
 * The way of a command: intent durable, checks, driver, outcome durable; and, where the outcome
 * could not be known, what reading the setpoint back says later. Nothing is ever sent twice.
 */
import {
  type ChannelDescriptor,
  type Clock,
  type CommandAuditRecord,
  type Commandable,
  type CommandDescriptor,
  convert,
  type InstrumentCommand,
  InstrumentError,
  type Random,
  SUPERVISOR_BUDGETS_MS,
} from "@helix/hal";
import {
  type Actor,
  type CommandOutcome,
  type Ledger,
  type LedgerEvent,
  LedgerUnavailableError,
} from "@helix/ledger";
import { withDeadline } from "@helix/platform";
import { refusal } from "./command-checks.ts";
import { describeCommand } from "./describe-command.ts";
import { isCritical, isSafetyAction, reasonOf, unitOf, valueChange } from "./value-change.ts";

/** What became of a command. */
export interface CommandReport {
  readonly id: string;
  readonly instrument: string;
  readonly command: InstrumentCommand;
  readonly description: string;
  readonly actor: Actor;
  readonly outcome: CommandOutcome;
  /** In the channel's unit. */
  readonly acknowledgedValue: number | undefined;
  /** Why it was rejected, or why the outcome is unknown. */
  readonly reason: string | undefined;
  readonly warnings: readonly string[];
  readonly roundTripLatencyUs: number | undefined;
  /** Ledger sequences of the two records; undefined for a safety action that the ledger could not take. */
  readonly intentSequence: bigint | undefined;
  readonly outcomeSequence: bigint | undefined;
}

/** How an unknown outcome was settled. */
export interface CommandResolution {
  readonly id: string;
  readonly executed: boolean;
  /** In the channel's unit. */
  readonly readBack: number | undefined;
  readonly reason: string;
}

export interface CommandDeskOptions {
  readonly instrument: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly ledger: Ledger;
  /** The driver, while commands may be sent to it; otherwise why not. */
  readonly commandable: () => Commandable | { readonly refused: string };
  readonly channels: () => readonly ChannelDescriptor[];
  readonly onResolved: (resolution: CommandResolution) => void;
}

type SettingCommand = InstrumentCommand & { type: "SetSetpoint" };
type Attempt = Omit<
  CommandReport,
  "id" | "instrument" | "command" | "description" | "actor" | "intentSequence" | "outcomeSequence"
>;

/** Of the requested value: a setpoint read back this near is the one that was sent. */
const READ_BACK_TOLERANCE = 1e-6;
/** What a driver gets to end a command that it was told to give up. */
const LAST_AUDIT_MS = 200;

export class CommandDesk {
  readonly #options: CommandDeskOptions;
  readonly #unknown: { id: string; command: SettingCommand }[] = [];
  /** In the channel's unit, as last read or acknowledged. */
  readonly #setpoints = new Map<number, number>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: CommandDeskOptions) {
    this.#options = options;
  }

  /**
   * Carries out one command; commands of one instrument go one after another.
   * @throws LedgerUnavailableError when the intent cannot be recorded; nothing was sent then
   */
  dispatch(command: InstrumentCommand, actor: Actor): Promise<CommandReport> {
    const mine = this.#last.then(() => this.#dispatch(command, actor));
    this.#last = mine.catch(() => {});
    return mine;
  }

  /** Reads the setpoints: settles unknown outcomes and learns the present values. */
  async readBack(): Promise<void> {
    const driver = this.#options.commandable();
    if ("refused" in driver) return;
    const { clock } = this.#options;
    const snapshot = await withDeadline(
      clock,
      "reading setpoints",
      SUPERVISOR_BUDGETS_MS.dispatchCommand,
      (signal) => driver.readSetpoints(signal),
    );
    for (const [channelId, value] of snapshot.channelSetpoints) this.#setpoints.set(channelId, value);
    for (const { id, command } of this.#unknown.splice(0)) await this.#resolve(id, command);
  }

  async #dispatch(command: InstrumentCommand, actor: Actor): Promise<CommandReport> {
    const { instrument, random } = this.#options;
    const id = Buffer.from(random.bytes(8)).toString("hex");
    const present = command.type === "SetSetpoint" ? this.#setpoints.get(command.channelId) : undefined;
    const change = valueChange(command, this.#options.channels(), present);
    const intent = { commandId: id, instrument, actor, command, change, reason: reasonOf(command) };
    const intentSequence = this.#record({ type: "COMMAND_INTENT", ...intent }, command);
    // The intent of a safety action is on its way to the ledger, and the action waits for nothing;
    // what goes wrong with it is told below, after the action.
    if (isSafetyAction(command)) intentSequence.catch(() => {});
    else await intentSequence;
    const attempt = await this.#attempt(id, command);
    const { outcome } = attempt;
    const outcomeSequence = await this.#record(this.#outcomeRecord(id, command, attempt), command);
    if (outcome === "unknown") await this.#followUp(id, command);
    return {
      id,
      instrument,
      command,
      description: describeCommand(command, this.#options.channels()),
      actor,
      ...attempt,
      intentSequence: await intentSequence,
      outcomeSequence,
    };
  }

  /** @returns the sequence; undefined for a safety action that no ledger could take: that is no reason to hold it up */
  async #record(event: LedgerEvent, command: InstrumentCommand): Promise<bigint | undefined> {
    const safety = isSafetyAction(command);
    const durability = isCritical(command, this.#supportedCommands()) ? "A" : "B";
    try {
      return (await this.#options.ledger.append(event, { durability, safety })).sequence;
    } catch (error) {
      if (safety && error instanceof LedgerUnavailableError) return undefined;
      throw error;
    }
  }

  #outcomeRecord(
    commandId: string,
    command: InstrumentCommand,
    { outcome, acknowledgedValue, reason, roundTripLatencyUs }: Attempt,
  ): LedgerEvent {
    const settled = { commandId, instrument: this.#options.instrument, reason };
    if (outcome === "rejected") return { type: "COMMAND_REJECTED", ...settled };
    const unit =
      command.type === "SetSetpoint" ? unitOf(command.channelId, this.#options.channels()) : undefined;
    return { type: "COMMAND_OUTCOME", ...settled, outcome, acknowledgedValue, unit, roundTripLatencyUs };
  }

  #supportedCommands(): readonly CommandDescriptor[] {
    const driver = this.#options.commandable();
    return "refused" in driver ? [] : driver.supportedCommands;
  }

  async #attempt(id: string, command: InstrumentCommand): Promise<Attempt> {
    const driver = this.#options.commandable();
    if ("refused" in driver) return rejected(driver.refused);
    const refused = refusal(command, driver.supportedCommands, this.#options.channels());
    if (refused !== undefined) return rejected(refused);
    const { clock } = this.#options;
    const audits: CommandAuditRecord[] = [];
    let ended: Promise<unknown> = Promise.resolve();
    try {
      const result = await withDeadline(
        clock,
        "dispatchCommand",
        SUPERVISOR_BUDGETS_MS.dispatchCommand,
        (signal) => {
          const sent = driver.dispatchCommand(command, (record) => audits.push(record), signal);
          ended = sent.catch(() => {});
          return sent;
        },
      );
      if (command.type === "SetSetpoint" && result.acknowledgedValue !== undefined) {
        this.#setpoints.set(command.channelId, result.acknowledgedValue);
      }
      return {
        outcome: "acknowledged",
        acknowledgedValue: result.acknowledgedValue,
        reason: undefined,
        warnings: result.warnings,
        roundTripLatencyUs: audits[0]?.roundTripLatencyUs,
      };
    } catch (error) {
      return outcomeOfFailure(error);
    } finally {
      // A driver that its signal has just stopped still owes its one record.
      await withDeadline(clock, "the driver's audit record", LAST_AUDIT_MS, () => ended).catch(() => {});
      if (audits.length !== 1) this.#recordAuditBreach(id, audits.length);
    }
  }

  #recordAuditBreach(id: string, count: number): void {
    const { instrument, ledger } = this.#options;
    const description = `the driver sent ${count} audit records for command ${id}; the contract asks for exactly one`;
    ledger.enqueue({ type: "DEVIATION", instrument, mandatory: false, description });
  }

  /** A setpoint can be read back; any other command of unknown outcome needs a person. */
  async #followUp(id: string, command: InstrumentCommand): Promise<void> {
    const { instrument, ledger } = this.#options;
    if (command.type !== "SetSetpoint") {
      const description = `the outcome of command ${id} (${command.type}) is unknown and cannot be read back: check the instrument`;
      ledger.enqueue({ type: "DEVIATION", instrument, mandatory: true, description });
      return;
    }
    this.#unknown.push({ id, command });
    try {
      await this.readBack();
    } catch {
      // The same silence that hid the outcome; the next connection reads back again.
    }
  }

  async #resolve(id: string, command: SettingCommand): Promise<void> {
    const { instrument, ledger } = this.#options;
    const readBack = this.#setpoints.get(command.channelId);
    const channel = this.#options.channels().find((candidate) => candidate.id === command.channelId);
    const wanted = channel === undefined ? Number.NaN : convert(command.value, command.unit, channel.unit);
    const executed =
      readBack !== undefined &&
      Math.abs(readBack - wanted) <= READ_BACK_TOLERANCE * Math.max(1, Math.abs(wanted));
    const reason = executed
      ? "the instrument holds the setpoint that was sent"
      : `the instrument holds ${readBack ?? "no setpoint"}, not ${wanted}; the command was not repeated`;
    const settled = { commandId: id, instrument, executed, readBack, unit: channel?.unit, reason };
    await ledger.append({ type: "COMMAND_RESOLVED", ...settled });
    this.#options.onResolved({ id, executed, readBack, reason });
  }
}

function rejected(reason: string): Attempt {
  return {
    outcome: "rejected",
    acknowledgedValue: undefined,
    reason,
    warnings: [],
    roundTripLatencyUs: undefined,
  };
}

/**
 * Rejected only where the instrument, or the driver before sending, said no; everything else
 * leaves open whether the instrument has acted.
 */
function outcomeOfFailure(error: unknown): Attempt {
  const said = error instanceof InstrumentError ? error.recoveryAction : undefined;
  const outcome =
    said === "SurfaceToOperatorNoRetry" || said === "ReturnImmediately" ? "rejected" : "unknown";
  return { ...rejected(error instanceof Error ? error.message : String(error)), outcome };
}
