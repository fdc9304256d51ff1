/**
 * The faults that a simulator can do at its end of the wire, and the receipt it gives of each. All take
 * effect at the present plant time. A rig sends them (control.ts); a simulator that has no such part
 * answers "failed".
 */

/** On one channel. */
export type ChannelFault =
  /** The reading moves away from the truth, linearly from the moment of injection. */
  | {
      readonly inject: "drift";
      readonly channel: string /** channel's unit per h */;
      readonly ratePerHour: number;
    }
  /** The reading stays at what it was. */
  | { readonly inject: "frozen-value"; readonly channel: string }
  /** The reading is off by so much, in the channel's unit, and back when the fault ends. */
  | { readonly inject: "spike"; readonly channel: string; readonly height: number }
  /** Normal noise on top; standard deviation in the channel's unit. */
  | { readonly inject: "noise"; readonly channel: string; readonly deviation: number }
  /** The sensor is beyond an end of its range. */
  | { readonly inject: "saturated-sensor"; readonly channel: string; readonly end: "high" | "low" }
  /** The probe's own slope shows: a change of the quantity is read as this share of it. */
  | { readonly inject: "lost-calibration"; readonly channel: string; readonly sensitivity: number }
  /** A film on the probe: one more lag, s. */
  | { readonly inject: "probe-fouling"; readonly channel: string; readonly lagS: number }
  /** Setpoints are taken; the actuator stays where it is. */
  | { readonly inject: "stuck-valve"; readonly channel: string }
  /** The actuator goes to rest and setpoints are refused. */
  | { readonly inject: "interlock"; readonly channel: string }
  /** A setpoint is answered with Good and not taken. */
  | { readonly inject: "acknowledged-not-executed"; readonly channel: string }
  /** A setpoint is taken, and answered so many ms of the server's time late. */
  | { readonly inject: "slow-to-acknowledge"; readonly channel: string; readonly delayMs: number }
  /** Readings and answers to setpoints have a Bad status. */
  | { readonly inject: "error-code"; readonly channel: string };

/** On the whole unit. */
export type UnitFault =
  /** New values, Good, with the time stamp of the moment of injection. */
  | { readonly inject: "stale-timestamp" }
  /** Sessions live and reads are answered; subscriptions say nothing but that they live. */
  | { readonly inject: "silent-subscription" }
  /** Every request is answered so many ms of the server's time late. */
  | { readonly inject: "busy"; readonly delayMs: number }
  /** The controller is away until the fault ends; actuators stay, uptime begins anew. */
  | { readonly inject: "restart" }
  | { readonly inject: "firmware-change"; readonly version: string }
  /** The unit's clock gains so many s per h; negative loses. */
  | { readonly inject: "clock-skew"; readonly secondsPerHour: number }
  /** The unit's clock is off by so many s. */
  | { readonly inject: "clock-jump"; readonly seconds: number }
  /** As a restart, with every actuator and the gas off meanwhile. */
  | { readonly inject: "power-cut" };

/** In the vessel; the unit does not know of it. */
export type VesselFault =
  /** The feed pump turns and nothing flows. */
  | { readonly inject: "feed-pump-stall" }
  /** No gas reaches the sparger. */
  | { readonly inject: "gas-supply-loss" }
  /** Foam takes this share, 0 to 1, of what the sparger transfers. */
  | { readonly inject: "foaming"; readonly share: number }
  /** Another organism: its oxygen demand at first, mmol/L/h, and the time in which it doubles, s. */
  | { readonly inject: "contamination"; readonly oxygenDemand: number; readonly doublingS: number };

/** On the answers of a unit whose wire carries one message per answer (Modbus). Most are valid, and lie. */
export type AnswerFault =
  /** Held back until the next request has come, and goes out before that one's own answer. */
  (
    | { readonly inject: "late-answer" }
    /** The answer to the request before, as if it were the answer to this one. */
    | { readonly inject: "previous-answer" }
    | { readonly inject: "wrong-unit-id"; readonly unitId: number }
    /** Each register is read so much further on; where there is none, it stays as it is. */
    | { readonly inject: "wrong-register"; readonly by: number }
    /** The two words of every pair change places. */
    | { readonly inject: "swapped-words" }
    | { readonly inject: "wrong-transaction-id"; readonly by: number }
    | { readonly inject: "wrong-function-code"; readonly functionCode: number }
    /** So many bytes of data fewer, with a byte count that says so. */
    | { readonly inject: "short-answer"; readonly bytes: number }
    | { readonly inject: "wrong-checksum" }
    /** In place of doing what was asked; the code that the wire has for it. */
    | { readonly inject: "exception"; readonly code: number }
    | { readonly inject: "no-answer" }
    /** Of two answers that are under way the second goes out first. */
    | { readonly inject: "reorder" }
    | { readonly inject: "duplicate" }
  ) &
    AnswerChoice;

/** Which answers; absent: all of them. */
export interface AnswerChoice {
  /** So many, then no more. */
  readonly answers?: number | undefined;
  readonly functionCodes?: readonly number[] | undefined;
}

export type InstrumentFault = ChannelFault | UnitFault | VesselFault | AnswerFault;

/** What a fault changed. */
export interface InstrumentFaultReceipt {
  /** Undefined where the fault is on no channel. */
  readonly channel: string | undefined;
  /** What `touched` counts, for people: "readings of ph", "seconds of feeding". */
  readonly subject: string;
  /** UCUM; empty where the values are words. */
  readonly unit: string;
  readonly beginS: number;
  readonly endS: number;
  /** At the first touch: as it would have been without the fault, and as it was. */
  readonly firstBefore: FaultValue;
  readonly firstAfter: FaultValue;
  /** The same at the last touch. */
  readonly lastBefore: FaultValue;
  readonly lastAfter: FaultValue;
  /** How often it changed something; 0: it has proved nothing, and the values above say nothing. */
  readonly touched: number;
}

export type FaultValue = number | string;
