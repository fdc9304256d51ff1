/**
 * The address space of the generic driver's tests: a measured temperature that the test sets sample
 * by sample, and its setpoint, which answers as the test says.
 */
import { DataType, type StatusCode, StatusCodes, Variant } from "node-opcua-client";
import type { Namespace, UARootFolder } from "./opcua-server.ts";

export const VESSEL_NAMESPACE = "urn:helix:test:vessel";
export const VALUE_NODE = `nsu=${VESSEL_NAMESPACE};s=Vessel.Temperature.PV`;
export const SETPOINT_NODE = `nsu=${VESSEL_NAMESPACE};s=Vessel.Temperature.SP`;

export class VesselControls {
  setpoint = 37;
  /** What the setpoint answers to a write; undefined: it is taken. */
  refusal: StatusCode | undefined;
  /** What the setpoint becomes when a value is written. */
  quantize = (asked: number): number => asked;
  /** Called with every write that reaches the server. */
  onWrite = (): void => {};
  #setValue: ((value: number, sourceTime: Date, status: StatusCode) => void) | undefined;

  build(namespace: Namespace, objects: UARootFolder): this {
    const vessel = namespace.addObject({ organizedBy: objects, browseName: "Vessel", nodeId: "s=Vessel" });
    const measured = namespace.addVariable({
      componentOf: vessel,
      browseName: "PV",
      nodeId: "s=Vessel.Temperature.PV",
      dataType: "Double",
      minimumSamplingInterval: 0,
      value: { dataType: DataType.Double, value: 0 },
    });
    this.#setValue = (value, sourceTime, status) =>
      measured.setValueFromSource({ dataType: DataType.Double, value }, status, sourceTime);
    namespace.addVariable({
      componentOf: vessel,
      browseName: "SP",
      nodeId: "s=Vessel.Temperature.SP",
      dataType: "Double",
      value: {
        get: () => new Variant({ dataType: DataType.Double, value: this.setpoint }),
        set: (written: Variant) => {
          this.onWrite();
          if (this.refusal) return this.refusal;
          this.setpoint = this.quantize(Number(written.value));
          return StatusCodes.Good;
        },
      },
    });
    return this;
  }

  /** One sample. */
  measure(value: number, sourceTime: Date, status: StatusCode = StatusCodes.Good): void {
    this.#setValue?.(value, sourceTime, status);
  }
}
