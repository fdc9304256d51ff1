/**
 * How a rig lets faults at its parts. Narrow on purpose: a fault says what it wants, the rig does it as
 * only that rig can, and hands back what came of it. A rig gives what it has; where a part is missing,
 * the faults of it cannot be done there.
 */
import type { InstrumentFault, InstrumentFaultReceipt } from "@helix/simulators";

/** What can be got at on one side of a scenario: an instrument, or the runtime. */
export interface FaultAccess {
  readonly link?: LinkAccess;
  /** Where the link is a serial cable. */
  readonly cable?: CableAccess;
  readonly instrument?: InstrumentAccess;
  readonly plant?: PlantAccess;
  readonly host?: HostAccess;
  readonly disk?: DiskAccess;
}

/** In force until it is ended; what came of it. Safe to end twice. */
export interface Effect<Figures> {
  end(): Figures;
}

/** The connection between a driver and its instrument. */
export interface LinkAccess {
  /** Nothing passes in either direction. */
  partition(): Effect<PartitionFigures>;
  /** Both directions; what is not named stays. Several may be in force at once, the last one counts. */
  shape(change: Partial<LinkShape>): Effect<ShapeFigures>;
  /** The next message to the driver arrives cut short, and the connection breaks. */
  truncateNext(): Effect<TruncationFigures>;
  /** Breaks every connection that is open now, at both ends. */
  reset(): Effect<ConnectionFigures>;
  /** The instrument loses its end of every connection without a word; the driver's stays. */
  halfOpen(): Effect<ConnectionFigures>;
}

/** What only a serial cable can suffer. */
export interface CableAccess {
  /** The runtime's converter is pulled out; `end` puts it in again. */
  unplug(): Effect<UnplugFigures>;
  /** The instrument's end holds the line at space for so long; begins now. */
  holdAtBreak(durationUs: number): Effect<BreakFigures>;
}

export interface UnplugFigures {
  /** Open ports that failed. */
  readonly portsLost: number;
  /** Attempts to open it meanwhile. */
  readonly attempts: number;
}

export interface BreakFigures {
  /** Zero bytes that the runtime's end has read of it. */
  readonly zeros: number;
  /** Of the instrument's, meanwhile. */
  readonly bytesLost: number;
}

export interface LinkShape {
  readonly latencyUs: number;
  /** Uniform, added to the latency. */
  readonly jitterUs: number;
  /** Bytes per s; 0 is unlimited. */
  readonly bandwidth: number;
  /** Chance of a segment, each time it is sent; it is sent again as TCP does, and so comes late. Of a byte, to be lost. */
  readonly loss: number;
  /** Chance of a segment, or of a byte on a serial line, to have one bit turned. */
  readonly corruption: number;
  /** Bytes come one by one, so far apart; 0 is off. */
  readonly dripUs: number;
}

export interface PartitionFigures {
  /** What becomes of the bytes: a network brings them later, a cable never. */
  readonly fate: "held" | "lost";
  /** Bytes that did not pass on the way to the instrument, and on the way to the driver. */
  readonly bytesHeldToInstrument: number;
  readonly bytesHeldToDriver: number;
  /** Connections that were open when the link was cut; of a cable, open ports. */
  readonly connectionsCut: number;
  /** Connections that the driver tried to open meanwhile. */
  readonly connectionAttempts: number;
}

/** Both directions together. */
export interface ShapeFigures {
  readonly before: LinkShape;
  /** What is counted as a segment. */
  readonly piece: "segment" | "byte";
  /** Segments and bytes that set out while it was in force. */
  readonly segments: number;
  readonly bytes: number;
  /** Time on the way, µs; 0 where nothing set out. */
  readonly shortestUs: number;
  readonly longestUs: number;
  /** Segments sent again, each time counted; bytes that are lost for good. */
  readonly losses: number;
  /** Segments with a bit turned, and the first such byte. */
  readonly corrupted: number;
  readonly firstCorrupted:
    | { readonly at: number; readonly before: number; readonly after: number }
    | undefined;
}

export interface TruncationFigures {
  /** Bytes of the message, and how many of them went; undefined when no message came. */
  readonly cut: { readonly length: number; readonly kept: number } | undefined;
}

export interface ConnectionFigures {
  readonly connections: number;
}

/** A simulated instrument, by its control channel (@helix/simulators). */
export interface InstrumentAccess {
  inject(id: string, fault: InstrumentFault): void;
  /** Undefined when no receipt came. */
  clear(id: string): Promise<InstrumentFaultReceipt | undefined>;
}

/** The vessel is simulated by the instrument's simulator. */
export type PlantAccess = InstrumentAccess;

/** A computer: the runtime's. */
export interface HostAccess {
  /** kill -9 of the process; `end` starts it again. */
  killProcess(): Effect<Promise<DeathFigures>>;
  /** Power cut; `end` brings the current and the process back. */
  cutPower(): Effect<Promise<DeathFigures>>;
  /** Moves the wall clock by `us`; `end` moves it back. */
  stepClock(us: number): Effect<ClockFigures>;
}

export interface DeathFigures {
  /** Processes that ran, and ran no more. */
  readonly ended: number;
  readonly connectionsLost: number;
  /** Bytes written to the disk and not synced, and how many of them are gone. */
  readonly unsyncedBytes: number;
  readonly lostBytes: number;
  /** Undefined where nothing was started again, because nothing had ended. */
  readonly restart: Restart | undefined;
}

/** How a process that had died came up again. */
export interface Restart {
  /** What stood in the ledger before the process touched it; undefined where there was none. */
  readonly found: { readonly verdict: string; readonly records: bigint } | undefined;
  /** In the ledger once it ran again; undefined where it does not run. */
  readonly records: bigint | undefined;
  /** Why it does not run. */
  readonly failure: string | undefined;
}

/** The process on a computer, over its deaths. */
export interface HostedProcess {
  /** It has just died. @param how for people: "killed" */
  died(how: string): void;
  /** Its computer is up; settles when it runs again, or cannot. */
  startAgain(): Promise<Restart>;
}

export interface ClockFigures {
  /** Wall time just before and just after the step, µs since the rig's epoch. */
  readonly beforeUs: number;
  readonly afterUs: number;
}

/** The disk of the runtime. */
export interface DiskAccess {
  /** No room is left for a further byte. */
  fill(): Effect<DiskFigures>;
  /** Every sync fails with EIO, and what it should have saved is not saved. */
  failSyncs(): Effect<DiskFigures>;
  /** Every call takes so much longer. */
  slowDown(us: number): Effect<DiskFigures>;
}

export interface DiskFigures {
  /** Calls that met the fault. */
  readonly calls: number;
  /** Time of a call before and during it, µs. */
  readonly beforeUs: number;
  readonly duringUs: number;
}
