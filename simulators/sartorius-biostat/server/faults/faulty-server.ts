/**
 * Lets the faults in force act on the OPC UA server: requests that wait, subscriptions that are told
 * nothing, a server that is away. The server itself stays the stack's own.
 */
import type { Clock } from "@helix/hal";
import type { OPCUAServer } from "node-opcua-server";
import type { ActiveWireFault, FaultList } from "../../device/faults/fault-list.ts";

/** The stack's door for every request, which is replaced. */
const DOOR = "on_request";
/** The stack's list of sessions, by token. */
const SESSIONS = "_sessions";
type Door = (message: unknown, channel: unknown) => void;

interface Subscription {
  setPublishingMode(on: boolean): unknown;
}

interface Session {
  readonly authenticationToken: Parameters<OPCUAServer["engine"]["closeSession"]>[0];
  readonly publishEngine: { readonly subscriptions: readonly Subscription[] };
}

export class FaultyServer {
  readonly #server: OPCUAServer;
  readonly #faults: FaultList;
  readonly #clock: Clock;
  /** Listeners are closed and opened one after the other. */
  #switching: Promise<void> = Promise.resolve();
  #isAway = false;
  /** Subscriptions that a fault has silenced. */
  #silenced = new Set<Subscription>();

  constructor(server: OPCUAServer, faults: FaultList, clock: Clock) {
    this.#server = server;
    this.#faults = faults;
    this.#clock = clock;
    faults.onChange = () => this.#apply();
    this.#delayRequests();
  }

  /** Nobody can be told anything now. */
  get isAway(): boolean {
    return this.#isAway;
  }

  /** Before samples are given out: also a subscription that came during the fault is silent. */
  beforeSamples(): void {
    const silent = this.#withWire(({ silent: isSilent }) => isSilent === true);
    if (silent.length === 0) return;
    for (const subscription of this.#subscriptions()) {
      if (this.#silenced.has(subscription)) continue;
      subscription.setPublishingMode(false);
      this.#silenced.add(subscription);
    }
    if (this.#silenced.size === 0) return;
    for (const { touched } of silent) touched.note("told", "kept back");
  }

  /** Settles when the listeners are as they should be. */
  settled(): Promise<void> {
    return this.#switching;
  }

  #apply(): void {
    this.#letSpeak();
    const away = this.#withWire(({ away: isAway }) => isAway === true);
    if (away.length > 0 && !this.#isAway) this.#leave(away);
    if (away.length === 0 && this.#isAway) this.#comeBack();
  }

  /** Subscriptions speak again when no fault keeps them silent. */
  #letSpeak(): void {
    if (this.#withWire(({ silent }) => silent === true).length > 0) return;
    for (const subscription of this.#silenced) subscription.setPublishingMode(true);
    this.#silenced = new Set();
  }

  #leave(away: readonly ActiveWireFault[]): void {
    this.#isAway = true;
    const { engine, endpoints } = this.#server;
    for (let i = 0; i < engine.currentSessionCount; i++) {
      for (const { touched } of away) touched.note("open", "ended");
    }
    for (const endpoint of endpoints) {
      this.#switch((done) => endpoint.suspendConnection(done));
      endpoint.abruptlyInterruptChannels();
    }
    // A controller that starts anew knows none of the sessions of before.
    for (const session of this.#sessions()) {
      engine.closeSession(session.authenticationToken, true, "Terminated");
    }
  }

  #comeBack(): void {
    this.#isAway = false;
    for (const endpoint of this.#server.endpoints) this.#switch((done) => endpoint.restoreConnection(done));
  }

  #switch(change: (done: (error?: Error) => void) => void): void {
    const changed = this.#switching.then(
      () =>
        new Promise<void>((resolve, reject) => {
          change((error) => (error ? reject(error) : resolve()));
        }),
    );
    this.#switching = changed;
    // Whoever waits for it is told; the process must not end of it meanwhile.
    changed.catch(() => {});
  }

  #delayRequests(): void {
    const server = this.#server as unknown as Record<typeof DOOR, Door>;
    const enter = server[DOOR].bind(this.#server);
    server[DOOR] = (message, channel) => {
      const busy = this.#withWire(({ answerDelayMs = 0 }) => answerDelayMs > 0);
      const delayMs = busy.reduce((sum, { answerDelayMs = 0 }) => sum + answerDelayMs, 0);
      if (delayMs === 0) return enter(message, channel);
      for (const { touched } of busy) touched.note(0, delayMs);
      this.#clock.timer(delayMs, () => {
        if (!this.#isAway) enter(message, channel);
      });
    };
  }

  #withWire(wanted: (fault: ActiveWireFault) => boolean): readonly ActiveWireFault[] {
    return this.#faults.onWire.filter(wanted);
  }

  #subscriptions(): readonly Subscription[] {
    return this.#sessions().flatMap(({ publishEngine }) => publishEngine.subscriptions);
  }

  #sessions(): readonly Session[] {
    return Object.values(
      (this.#server.engine as unknown as Record<typeof SESSIONS, Record<string, Session>>)[SESSIONS],
    );
  }
}
