/**
 * What a fault may do to the unit while it is in force: the places where it can lay hands on. A fault
 * has the few that it needs; everything else goes on as it is.
 */
import type { Random } from "@helix/hal";
import type { Touches } from "../../../touches.ts";
import type { Actuators, Bioreactor } from "../../plant/bioreactor.ts";
import type { ControlledChannel } from "../channels.ts";
import type { Reading } from "../sensors.ts";
import type { Answer } from "../status.ts";

export interface Disturbance {
  readonly touched: Touches;
  /** A sensor's signal on its way to the unit, before calibration. */
  readonly signal?: SignalDisturbance;
  /** A reading as it leaves the unit. */
  show?(reading: Reading): Reading;
  /** A setpoint that a client writes; undefined: the unit decides as ever. */
  command?(channel: ControlledChannel, value: number): Answer | undefined;
  /** After the loops have set the actuators, before the plant's step. */
  drive?(actuators: Actuators, plant: Bioreactor): void;
  /** After the plant's step. */
  stepped?(): void;
  readonly wire?: WireDisturbance;
}

export interface SignalDisturbance {
  readonly channel: string;
  /** `value` with the sensor's noise in it, in the channel's unit. */
  distort(value: number, at: SignalContext): number;
}

export interface SignalContext {
  /** The part of the value that is the sensor's own noise. */
  readonly noise: number;
  readonly plantTimeS: number;
  /** The probe has stood in a standard for long. */
  readonly settled: boolean;
}

/** What a fault does at the server; its touches are noted by the server. */
export interface WireDisturbance {
  /** The unit's clock when it should show `plantTimeS`. */
  readonly clock?: (plantTimeS: number) => number;
  /** Source time of process values, given the unit's clock. */
  readonly stamp?: (clockS: number) => number;
  /** Subscriptions are told nothing. */
  readonly silent?: true;
  /** ms before a request is looked at. */
  readonly answerDelayMs?: number;
  /** ms between a setpoint's effect and its answer. */
  readonly acknowledgeDelayMs?: (channel: ControlledChannel) => number;
  /** Nobody answers. */
  readonly away?: true;
  readonly firmware?: string;
}

/** What a fault may look at. */
export interface FaultSite {
  readonly plantTimeS: number;
  readonly plant: Bioreactor;
  /** A stream of the fault's own. */
  readonly random: Random;
  /** What the sensor of a channel feels now, without noise. */
  felt(channel: string): number;
  /** The same with its noise. */
  raw(channel: string): number;
  /** Setpoint in force. */
  setpoint(channel: ControlledChannel): number;
  readonly firmware: string;
  /** The unit's uptime begins now. */
  readonly startAnew: () => void;
}
