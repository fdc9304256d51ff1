/**
 * The runtime under test over its deaths and starts, as one door for the rig. Whoever was waiting for
 * a command when it died hears what the ledger says of it after the next start; as a service manager
 * does, the start is tried again until it succeeds or the run is over.
 */
import type { Clock } from "@helix/hal";
import { LedgerUnavailableError } from "@helix/ledger";
import { type CommandReport, describeCommand } from "@helix/supervisor";
import type { HostedProcess, Restart } from "../faults/access/access.ts";
import type { PlannedCommand } from "../scenario/plan.ts";
import type { Backlog } from "./backlog.ts";
import type { RecordedCommand } from "./orphaned-commands.ts";
import { actorOf, type CalibrationReport } from "./planned-command.ts";
import type { Recorder } from "./recorder.ts";
import type { LastRecord, RuntimeDoor } from "./runtime-under-test.ts";
import { UnsentError } from "./unsent-error.ts";
import type { UnsettledCommands } from "./unsettled-commands.ts";

export interface RestartingOptions {
  /** The bench's: it runs on while the runtime is dead. */
  readonly clock: Clock;
  /** What stands in the ledger, asked on the host; undefined where there is none. */
  readonly inspect: (ledgerFolder: string) => Promise<Restart["found"]>;
  readonly recordedCommands: (ledgerFolder: string) => Promise<{
    readonly count: bigint;
    readonly commands: ReadonlyMap<string, RecordedCommand>;
  }>;
  /** Name of the scenario, the actor of its commands. */
  readonly scenario: string;
  readonly unsettled: UnsettledCommands;
  readonly recorder: Backlog<Recorder>;
}

type Report = Awaited<ReturnType<RuntimeDoor["dispatch"]>>;

/** A command that was handed to a runtime which has not reported it. */
interface Unreported {
  readonly planned: PlannedCommand;
  readonly report: PromiseWithResolvers<Report>;
}

/** Makes the runtime on its host, which is up. `boot` counts from 1. */
type Create = (boot: number) => Promise<RuntimeDoor>;

/** As a service manager waits before it tries again. */
const RETRY_MS = 5_000;

export class RestartingRuntime implements RuntimeDoor, HostedProcess {
  readonly #options: RestartingOptions;
  readonly #listeners = new Set<() => void>();
  readonly #unreported = new Set<Unreported>();
  /** Refused by a ledger in the moment in which it failed: the intent may be there all the same. */
  #doubtful: PlannedCommand[] = [];
  /** Ids of commands that were reported. */
  readonly #reported = new Set<string>();
  #create: Create | undefined;
  #door: RuntimeDoor | undefined;
  #boot = 1;
  /** How it died; undefined while it runs. */
  #dead: string | undefined;
  /** Settles with how, when what runs or is being started dies. */
  #death = Promise.withResolvers<string>();
  #starting: Promise<Restart> | undefined;
  #isOver = false;

  constructor(options: RestartingOptions) {
    this.#options = options;
    const present = () => this.#present.frames;
    this.frames = {
      read: (into) => present().read(into),
      get missed() {
        return present().missed;
      },
    };
  }

  /** Makes the first one. @throws what its making throws */
  async begin(create: Create): Promise<void> {
    this.#create = create;
    this.#enter(await create(this.#boot));
  }

  get ledgerFolder(): string {
    return this.#present.ledgerFolder;
  }

  get instruments() {
    return this.#present.instruments;
  }

  get streams(): boolean {
    return this.#dead === undefined && this.#present.streams;
  }

  get unsettledCommands(): number {
    return this.#options.unsettled.size;
  }

  /** Of the runtime that runs now: a death takes with it what nobody had read. */
  readonly frames: RuntimeDoor["frames"];

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  start(): void {
    this.#present.start();
  }

  /** @throws UnsentError; LedgerUnavailableError. Settles after a death only when it runs again. */
  async dispatch(planned: PlannedCommand): Promise<Report> {
    if (this.#dead !== undefined) throw new UnsentError(`the runtime was ${this.#dead}`);
    const unreported: Unreported = { planned, report: Promise.withResolvers() };
    this.#unreported.add(unreported);
    this.#present.dispatch(planned).then(unreported.report.resolve, unreported.report.reject);
    try {
      const report = await unreported.report.promise;
      if ("id" in report) this.#reported.add(report.id);
      return report;
    } catch (error) {
      if (error instanceof LedgerUnavailableError) this.#doubtful.push(planned);
      throw error;
    } finally {
      this.#unreported.delete(unreported);
    }
  }

  /** @throws Error when it does not run; what the stopping throws */
  async stop(reason: string): Promise<LastRecord> {
    this.#isOver = true;
    const restart = await this.#starting;
    if (this.#dead !== undefined)
      throw new Error(
        `it was ${this.#dead} and does not run again: ${restart?.failure ?? "nobody started it"}`,
      );
    return this.#present.stop(reason);
  }

  died(how: string): void {
    this.#dead = how;
    this.#options.recorder.tell((recorder) => recorder.recordDeath(how));
    this.#death.resolve(how);
    this.#tellChange();
  }

  startAgain(): Promise<Restart> {
    this.#boot += 1;
    this.#death = Promise.withResolvers();
    // What a dead host was asked for never settles.
    const diedAgain = this.#death.promise.then((how): Restart => {
      return { found: undefined, records: undefined, failure: `it was ${how} before it ran again` };
    });
    if (this.#create === undefined) throw new Error("the runtime has not been started yet");
    this.#starting = Promise.race([this.#bringUp(this.#create, this.#boot), diedAgain]);
    return this.#starting;
  }

  async #bringUp(create: Create, boot: number): Promise<Restart> {
    const { clock, inspect, recorder } = this.#options;
    let found: Restart["found"];
    for (;;) {
      try {
        found ??= await inspect(this.ledgerFolder);
        const door = await create(boot);
        const records = await this.#settleOrphans(door);
        this.#enter(door);
        this.#dead = undefined;
        const ledger =
          found === undefined ? "no ledger" : `ledger ${found.verdict}, ${found.records} records`;
        recorder.tell((one) => one.recordStart(`found ${ledger}`));
        door.start();
        this.#tellChange();
        return { found, records, failure: undefined };
      } catch (error) {
        const failure = error instanceof Error ? error.message : String(error);
        recorder.tell((one) => one.recordFailedStart(failure));
        if (this.#isOver) return { found, records: undefined, failure };
        await clock.sleep(RETRY_MS);
      }
    }
  }

  /** Reports what was on its way when the last runtime died. @returns records in the ledger now */
  async #settleOrphans(door: RuntimeDoor): Promise<bigint> {
    const { count, commands } = await this.#options.recordedCommands(this.ledgerFolder);
    for (const planned of this.#doubtful.splice(0)) {
      const found = this.#unreportedOf(planned.instrument, commands);
      if (found === undefined) continue;
      this.#reported.add(found.id);
      const report = this.#reportOf(found, door);
      this.#options.recorder.tell((recorder) => recorder.recordFound(planned, report));
    }
    // One instrument's commands go one after the other: only the first can have been on its way.
    const first = new Map<string, Unreported>();
    for (const orphan of this.#unreported) {
      const { instrument, kind } = orphan.planned;
      if (kind === "calibration") orphan.report.resolve(this.#brokenOff);
      else if (first.has(instrument)) orphan.report.reject(new UnsentError(NO_INTENT));
      else first.set(instrument, orphan);
    }
    for (const [instrument, { report }] of first) {
      const found = this.#unreportedOf(instrument, commands);
      if (found === undefined) report.reject(new UnsentError(NO_INTENT));
      else report.resolve(this.#reportOf(found, door));
    }
    return count;
  }

  #unreportedOf(
    instrument: string,
    commands: ReadonlyMap<string, RecordedCommand>,
  ): RecordedCommand | undefined {
    return [...commands.values()].find(
      (command) => command.instrument === instrument && !this.#reported.has(command.id),
    );
  }

  #reportOf(recorded: RecordedCommand, door: RuntimeDoor): CommandReport {
    const channels = door.instruments.find(({ key }) => key === recorded.instrument)?.channels ?? [];
    const report = { ...recorded, description: describeCommand(recorded.command, channels), warnings: [] };
    this.#options.unsettled.reported(report);
    return report;
  }

  get #brokenOff(): CalibrationReport {
    const reason = "the runtime died during the calibration";
    return { actor: actorOf(this.#options.scenario), outcome: "not-done", reason };
  }

  #enter(door: RuntimeDoor): void {
    this.#door = door;
    door.onChange(() => this.#tellChange());
  }

  #tellChange(): void {
    for (const listener of this.#listeners) listener();
  }

  get #present(): RuntimeDoor {
    if (this.#door === undefined) throw new Error("the runtime has not been started yet");
    return this.#door;
  }
}

const NO_INTENT = "the runtime died before the intent was on record";
