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
import { isSameSetpoint, KnownSetpoints, type SetpointDifference } from "./known-setpoints.ts";
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
  /**
   * Ledger sequences of the two records; of the intent undefined for a safety action that the ledger could not
   * take, of the outcome when the ledger could not take it.
   */
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
  /** What former runs knew last, by channel, in the channel's unit. */
  readonly knownSetpoints: ReadonlyMap<number, number> | undefined;
  readonly onResolved: (resolution: CommandResolution) => void;
  /** What the operator must know of a command and the ledger may not tell: one line. */
  readonly onTrouble: (message: string) => void;
}

/**
 * The intent could not be made durable: nothing was sent. What the ledger's file holds of it all the same bears
 * this id and no outcome; the next start closes it.
 */
export class CommandRefusedError extends LedgerUnavailableError {
  readonly commandId: string;

  constructor(commandId: string, cause: LedgerUnavailableError) {
    super(cause.message, { cause });
    this.commandId = commandId;
  }
}

type SettingCommand = InstrumentCommand & { type: "SetSetpoint" };
type Attempt = Omit<
  CommandReport,
  "id" | "instrument" | "command" | "description" | "actor" | "intentSequence" | "outcomeSequence"
>;

/** What a driver gets to end a command that it was told to give up. */
const LAST_AUDIT_MS = 200;

/** A command of unknown outcome that a reading of the setpoints will settle. */
interface Unsettled {
  readonly id: string;
  readonly command: SettingCommand;
  /** Why it is not settled yet, as the operator was told last. */
  told?: string;
}

export class CommandDesk {
  readonly #options: CommandDeskOptions;
  readonly #unsettled = new Set<Unsettled>();
  readonly #setpoints: KnownSetpoints;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: CommandDeskOptions) {
    this.#options = options;
    this.#setpoints = new KnownSetpoints(options.knownSetpoints);
  }

  /**
   * Carries out one command; commands of one instrument go one after another.
   * @throws CommandRefusedError when the intent cannot be recorded; nothing was sent then
   */
  dispatch(command: InstrumentCommand, actor: Actor): Promise<CommandReport> {
    const mine = this.#last.then(() => this.#dispatch(command, actor));
    this.#last = mine.catch(() => {});
    return mine;
  }

  /** Settles when no command is under way. */
  async idle(): Promise<void> {
    await this.#last;
  }

  /** A command of unknown outcome: the next reading settles a setpoint, any other needs a person. */
  takeOver(id: string, command: InstrumentCommand): void {
    if (command.type === "SetSetpoint") this.#unsettled.add({ id, command });
    else this.#handOver(id, command, "cannot be read back");
  }

  /**
   * Reads the setpoints: settles unknown outcomes and learns the present values. What the ledger
   * cannot take now stays unsettled, and is told.
   * @throws what the driver throws; DeadlineError
   */
  async readBack(): Promise<void> {
    const driver = this.#options.commandable();
    if ("refused" in driver) return;
    // A reading tells nothing of a command that was given up after it had begun.
    const due = [...this.#unsettled];
    const finishReading = this.#setpoints.beginReading();
    const { channelSetpoints } = await withDeadline(
      this.#options.clock,
      "reading setpoints",
      SUPERVISOR_BUDGETS_MS.dispatchCommand,
      (signal) => driver.readSetpoints(signal),
    );
    const isDue = (channelId: number) => due.some(({ command }) => command.channelId === channelId);
    for (const difference of finishReading(channelSetpoints))
      if (!isDue(difference.channelId)) this.#recordDifference(difference);
    for (const entry of due) await this.#settle(entry, channelSetpoints.get(entry.command.channelId));
  }

  /** Reads back where something is unsettled; what keeps it so is told, not thrown. */
  async settle(): Promise<void> {
    if (this.#unsettled.size === 0) return;
    try {
      await this.readBack();
    } catch (error) {
      for (const entry of this.#unsettled) this.#tellWhy(entry, error);
    }
  }

  async #dispatch(command: InstrumentCommand, actor: Actor): Promise<CommandReport> {
    const { instrument, random } = this.#options;
    const id = Buffer.from(random.bytes(8)).toString("hex");
    const present = command.type === "SetSetpoint" ? this.#setpoints.get(command.channelId) : undefined;
    const change = valueChange(command, this.#options.channels(), present);
    const intent = { commandId: id, instrument, actor, command, change, reason: reasonOf(command) };
    const intentSequence = this.#recordIntent(id, { type: "COMMAND_INTENT", ...intent }, command);
    // The intent of a safety action is on its way to the ledger, and the action waits for nothing;
    // what goes wrong with it is told below, after the action.
    if (isSafetyAction(command)) intentSequence.catch(() => {});
    else await intentSequence;
    if (command.type === "SetSetpoint") this.#setpoints.commandBegins(command.channelId);
    const attempt = await this.#attempt(id, command);
    if (command.type === "SetSetpoint")
      this.#setpoints.commandEnds(command.channelId, attempt.acknowledgedValue);
    const outcomeSequence = await this.#recordOutcome(id, command, attempt);
    if (attempt.outcome === "unknown") {
      this.takeOver(id, command);
      await this.settle();
    }
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
  async #recordIntent(
    id: string,
    event: LedgerEvent,
    command: InstrumentCommand,
  ): Promise<bigint | undefined> {
    try {
      return (await this.#append(event, command)).sequence;
    } catch (error) {
      if (!(error instanceof LedgerUnavailableError)) throw error;
      if (isSafetyAction(command)) return undefined;
      throw new CommandRefusedError(id, error);
    }
  }

  /**
   * The command has been sent: a ledger that fails now must not make its fate look like a refusal.
   * Its intent is on record, so the next start reads back what became of it.
   */
  async #recordOutcome(
    id: string,
    command: InstrumentCommand,
    attempt: Attempt,
  ): Promise<bigint | undefined> {
    try {
      return (await this.#append(this.#outcomeRecord(id, command, attempt), command)).sequence;
    } catch (error) {
      if (!(error instanceof LedgerUnavailableError)) throw error;
      this.#options.onTrouble(
        `the outcome of command ${id} (${attempt.outcome}) could not be recorded: ${error.message}`,
      );
      return undefined;
    }
  }

  #append(event: LedgerEvent, command: InstrumentCommand) {
    const durability = isCritical(command, this.#supportedCommands()) ? "A" : "B";
    return this.#options.ledger.append(event, { durability, safety: isSafetyAction(command) });
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

  /** Two readings may come to the same command: whoever takes it out of the set settles it. */
  async #settle(entry: Unsettled, readBack: number | undefined): Promise<void> {
    if (!this.#unsettled.delete(entry)) return;
    try {
      await this.#resolve(entry, readBack);
    } catch (error) {
      this.#unsettled.add(entry);
      if (!(error instanceof LedgerUnavailableError)) throw error;
      this.#tellWhy(entry, error);
    }
  }

  async #resolve({ id, command }: Unsettled, readBack = Number.NaN): Promise<void> {
    const { instrument, ledger, channels, onResolved } = this.#options;
    const channel = channels().find((candidate) => candidate.id === command.channelId);
    const wanted = channel && valueIn(channel.unit, command);
    if (wanted === undefined || !Number.isFinite(readBack))
      return this.#handOver(id, command, "the instrument tells no setpoint to hold it against");
    const executed = isSameSetpoint(readBack, wanted);
    const reason = executed
      ? "the instrument holds the setpoint that was sent"
      : `the instrument holds ${readBack}, not ${wanted}; the command was not repeated`;
    const settled = { commandId: id, instrument, executed, readBack, unit: channel?.unit, reason };
    await ledger.append({ type: "COMMAND_RESOLVED", ...settled });
    onResolved({ id, executed, readBack, reason });
  }

  /** Not written back: who changed it may have had a reason, and HELIX sends nothing of itself. */
  #recordDifference({ channelId, known, read }: SetpointDifference): void {
    const { instrument, ledger, channels, onTrouble } = this.#options;
    const { name: channel, unit } = channels().find(({ id }) => id === channelId) ?? {
      name: `channel ${channelId}`,
      unit: "",
    };
    ledger.enqueue({ type: "SETPOINT_DIFFERS", instrument, channel, channelId, known, read });
    onTrouble(
      `the setpoint of ${channel} is ${read} ${unit}, not ${known} ${unit}; HELIX has not changed it`,
    );
  }

  /** Nothing that HELIX can read tells what became of it. */
  #handOver(id: string, { type }: InstrumentCommand, because: string): void {
    const { instrument, ledger, onTrouble } = this.#options;
    const description = `the outcome of command ${id} (${type}) is unknown: ${because}; check the instrument`;
    ledger.enqueue({ type: "DEVIATION", instrument, mandatory: true, description, commandId: id });
    onTrouble(description);
  }

  #tellWhy(entry: Unsettled, error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    if (entry.told === reason) return;
    entry.told = reason;
    this.#options.onTrouble(`the outcome of command ${entry.id} stays unknown for now: ${reason}`);
  }
}

/** Undefined where a command of a former run was given in a unit that the channel has no more. */
function valueIn(unit: string, command: SettingCommand): number | undefined {
  try {
    return convert(command.value, command.unit, unit);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
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
