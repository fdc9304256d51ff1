/**
 * Makes the nodes of the unit's namespace and gives them their values: plain nodes whose value is set
 * when it changes, and writable ones whose value is what the unit answers, not what was written.
 */
import type { Namespace, UAObject, UAVariable } from "node-opcua-address-space";
import { DataValue } from "node-opcua-data-value";
import { type StatusCode, StatusCodes } from "node-opcua-status-code";
import { DataType, Variant, VariantArrayType } from "node-opcua-variant";
import type { BiostatChannel } from "../device/channels.ts";
import type { Answer } from "../device/status.ts";

export type NodeValue = string | number | boolean | Date | readonly number[] | undefined;
export type NodeType = "Double" | "UInt32" | "Boolean" | "String" | "DateTime" | "Double[]";

/** Lets the answer to a write go, now or later. */
export type Acknowledge = (answer: () => void) => void;

const atOnce: Acknowledge = (answer) => answer();

interface StateNode {
  readonly read: () => NodeValue;
  readonly show: (value: NodeValue) => void;
  /** As last shown; text where the same object may come to hold something else. */
  shown: string | number | boolean | undefined;
}

const UCUM_NAMESPACE = "http://unitsofmeasure.org";
const ANY_BUT_ZERO = 100;

export class UnitNodes {
  readonly #namespace: Namespace;
  readonly #now: () => Date;
  readonly #states: StateNode[] = [];

  /** @param now the plant's present instant */
  constructor(namespace: Namespace, now: () => Date) {
    this.#namespace = namespace;
    this.#now = now;
  }

  /** A process value with its unit and range. Exception-based: every value set reaches a subscriber. */
  addProcessValue(parent: UAObject, nodeId: string, channel: BiostatChannel): UAVariable {
    return this.#namespace.addAnalogDataItem({
      componentOf: parent,
      nodeId: `s=${nodeId}`,
      browseName: "PV",
      dataType: "Double",
      engineeringUnitsRange: { low: channel.range.min, high: channel.range.max },
      engineeringUnits: {
        namespaceUri: UCUM_NAMESPACE,
        unitId: -1,
        displayName: { text: channel.unit },
        description: { text: channel.name },
      },
      valuePrecision: channel.resolution,
      minimumSamplingInterval: 0,
      accessLevel: "CurrentRead",
      userAccessLevel: "CurrentRead",
    }) as unknown as UAVariable;
  }

  /** A read-only node that shows `read()`. */
  addState(
    parent: UAObject,
    nodeId: string,
    browseName: string,
    type: NodeType,
    read: () => NodeValue,
  ): void {
    const variable = this.#namespace.addVariable({
      ...this.#common(parent, nodeId, browseName, type),
      accessLevel: "CurrentRead",
      userAccessLevel: "CurrentRead",
    });
    const show = (value: NodeValue) =>
      variable.setValueFromSource(variantOf(type, value), statusOf(value), this.#now());
    show(read());
    this.#states.push({ read, show, shown: comparable(read()) });
  }

  /** A read-only node whose value is always another: it is looked up when somebody asks. */
  addGauge(
    parent: UAObject,
    nodeId: string,
    browseName: string,
    type: NodeType,
    read: () => NodeValue,
  ): void {
    this.#namespace.addVariable({
      ...this.#common(parent, nodeId, browseName, type),
      minimumSamplingInterval: ANY_BUT_ZERO,
      accessLevel: "CurrentRead",
      userAccessLevel: "CurrentRead",
      value: { timestamped_get: () => this.#dataValue(type, read()) },
    });
  }

  /** A node that clients may write; `write` decides, `read` says what is in force afterwards. */
  addWritable(
    parent: UAObject,
    nodeId: string,
    browseName: string,
    type: NodeType,
    read: () => NodeValue,
    write: (value: unknown) => Answer,
    acknowledge: Acknowledge = atOnce,
  ): void {
    let inForce = this.#dataValue(type, read());
    const variable = this.#namespace.addVariable({
      ...this.#common(parent, nodeId, browseName, type),
      // The stack warns of a getter without sampling; this one tells subscribers itself, see below.
      minimumSamplingInterval: ANY_BUT_ZERO,
      accessLevel: "CurrentRead | CurrentWrite",
      userAccessLevel: "CurrentRead | CurrentWrite",
      value: {
        timestamped_get: () => inForce,
        timestamped_set: (
          dataValue: DataValue,
          callback: (error: Error | null, status: StatusCode) => void,
        ) => {
          const answer = write(dataValue.value.value);
          if (answer === "Good") inForce = this.#dataValue(type, read());
          // The stack stores the written object after the call, whatever the answer.
          Object.assign(dataValue, inForce.clone());
          acknowledge(() => callback(null, StatusCodes[answer]));
        },
      },
    });
    variable.minimumSamplingInterval = 0;
    const show = (value: NodeValue) => {
      inForce = this.#dataValue(type, value);
      variable.setValueFromSource(inForce.value, inForce.statusCode, this.#now());
    };
    this.#states.push({ read, show, shown: comparable(read()) });
  }

  /** Sets every node whose value has changed since it was last set. */
  refresh(): void {
    for (const node of this.#states) {
      const value = node.read();
      const shown = comparable(value);
      if (Object.is(shown, node.shown)) continue;
      node.shown = shown;
      node.show(value);
    }
  }

  #common(parent: UAObject, nodeId: string, browseName: string, type: NodeType) {
    return {
      componentOf: parent,
      nodeId: `s=${nodeId}`,
      browseName,
      dataType: type === "Double[]" ? DataType.Double : DataType[type],
      valueRank: type === "Double[]" ? 1 : -1,
      minimumSamplingInterval: 0,
    };
  }

  #dataValue(type: NodeType, value: NodeValue): DataValue {
    const now = this.#now();
    return new DataValue({
      value: variantOf(type, value),
      statusCode: statusOf(value),
      sourceTimestamp: now,
      serverTimestamp: now,
    });
  }
}

/** No value yet, e.g. the time of a calibration that never was. */
const statusOf = (value: NodeValue): StatusCode =>
  value === undefined ? StatusCodes.UncertainInitialValue : StatusCodes.Good;

function variantOf(type: NodeType, value: NodeValue): Variant {
  if (type === "Double[]") {
    const numbers = value as readonly number[];
    return new Variant({
      dataType: DataType.Double,
      arrayType: VariantArrayType.Array,
      value: Float64Array.from(numbers),
    });
  }
  return new Variant({ dataType: DataType[type], value: value ?? null });
}

const comparable = (value: NodeValue): StateNode["shown"] =>
  typeof value === "object" ? (value instanceof Date ? value.toISOString() : String(value)) : value;
