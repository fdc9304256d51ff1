/**
 * A stand-in for the unit, just enough of PROTOCOL.md for the driver's own tests: every node holds
 * what the test puts there, and the methods answer and note their calls. No process behind it.
 */
import type { Namespace, UAObject, UARootFolder } from "@helix/driver-opcua-generic/testing";
import { DataType, type StatusCode, StatusCodes, Variant, VariantArrayType } from "node-opcua-client";

type Content = string | number | boolean | readonly number[] | Date;

interface NodeType {
  readonly name: "String" | "Double" | "UInt32" | "Boolean" | "DateTime";
  readonly isArray?: boolean;
}

const NODES: Readonly<Record<string, NodeType & { readonly initial: Content; readonly isWritable?: true }>> =
  {
    Manufacturer: { name: "String", initial: "Sartorius" },
    Model: { name: "String", initial: "Biostat B" },
    SerialNumber: { name: "String", initial: "UNIT-1" },
    FirmwareVersion: { name: "String", initial: "3.4.1" },
    UptimeSeconds: { name: "Double", initial: 60 },
    Mode: { name: "String", initial: "Run", isWritable: true },
    AlarmWord: { name: "UInt32", initial: 0 },
    AcknowledgedWord: { name: "UInt32", initial: 0 },
    "Calibration.State": { name: "String", initial: "Idle" },
    "Calibration.Channel": { name: "String", initial: "" },
    "Calibration.Progress": { name: "Double", initial: 0 },
    "Calibration.Measured": { name: "Double", isArray: true, initial: [] },
    "Calibration.Slope": { name: "Double", initial: 1 },
    "Calibration.Intercept": { name: "Double", initial: 0 },
    "Calibration.LastTime": { name: "DateTime", initial: new Date(0) },
    "Calibration.Message": { name: "String", initial: "" },
  };

const CHANNELS = [
  "DO",
  "pH",
  "Temperature",
  "Agitation",
  "Feed",
  "ViableCells",
  "Glucose",
  "Lactate",
  "Titer",
];
const CONTROLLED = new Set(CHANNELS.slice(0, 5));

const METHODS: Readonly<Record<string, readonly (NodeType & { readonly argument: string })[]>> = {
  AcknowledgeAlarm: [
    { argument: "Bit", name: "UInt32" },
    { argument: "User", name: "String" },
    { argument: "Comment", name: "String" },
  ],
  ResetAlarms: [],
  EmergencyStop: [],
  StartCalibration: [
    { argument: "Channel", name: "String" },
    { argument: "References", name: "Double", isArray: true },
  ],
  VerifyCalibration: [
    { argument: "Channel", name: "String" },
    { argument: "Reference", name: "Double" },
  ],
};

export class Unit {
  /** Content of `Biostat.<path>`. */
  readonly values = new Map<string, Content>();
  readonly calls: { readonly method: string; readonly inputs: readonly unknown[] }[] = [];
  /** What a method answers, and what it does first. */
  onCall: (method: string, inputs: readonly unknown[]) => { status?: StatusCode; output?: number } =
    () => ({});
  /** Told of every node that is read. */
  onRead: (path: string) => void = () => {};
  /** What a node really becomes when it is written. */
  onWrite: (path: string, value: Content) => Content = (_path, value) => value;

  build(namespace: Namespace, objects: UARootFolder): this {
    const root = namespace.addObject({ organizedBy: objects, browseName: "Biostat", nodeId: "s=Biostat" });
    for (const [path, node] of Object.entries(NODES)) {
      this.#addVariable(namespace, root, path, node, node.initial, node.isWritable ?? false);
    }
    for (const channel of CHANNELS) {
      this.#addVariable(namespace, root, `${channel}.PV`, { name: "Double" }, 7, false);
      if (!CONTROLLED.has(channel)) continue;
      this.#addVariable(namespace, root, `${channel}.SP`, { name: "Double" }, 7, true);
      this.#addVariable(namespace, root, `${channel}.LoopEnabled`, { name: "Boolean" }, true, true);
    }
    for (const method of Object.keys(METHODS)) this.#addMethod(namespace, root, method);
    return this;
  }

  #addVariable(
    namespace: Namespace,
    root: UAObject,
    path: string,
    { name, isArray }: NodeType,
    initial: Content,
    isWritable: boolean,
  ): void {
    this.values.set(path, initial);
    const read = () => {
      this.onRead(path);
      const value = this.values.get(path);
      return isArray
        ? new Variant({ dataType: DataType[name], arrayType: VariantArrayType.Array, value })
        : new Variant({ dataType: DataType[name], value });
    };
    namespace.addVariable({
      componentOf: root,
      browseName: path,
      nodeId: `s=Biostat.${path}`,
      dataType: name,
      ...(isArray ? { valueRank: 1 } : {}),
      value: isWritable
        ? { get: read, set: (written: Variant) => this.#write(path, written) }
        : { get: read },
    });
  }

  #write(path: string, written: Variant): StatusCode {
    this.values.set(path, this.onWrite(path, written.value as Content));
    return StatusCodes.Good;
  }

  #addMethod(namespace: Namespace, root: UAObject, method: string): void {
    const node = namespace.addMethod(root, {
      browseName: method,
      nodeId: `s=Biostat.${method}`,
      inputArguments: (METHODS[method] ?? []).map(({ argument, name, isArray }) => ({
        name: argument,
        dataType: DataType[name],
        valueRank: isArray ? 1 : -1,
      })),
      outputArguments: method === "VerifyCalibration" ? [{ name: "Reading", dataType: DataType.Double }] : [],
    });
    node.bindMethod((variants, _context, callback) => {
      const inputs = variants.map((variant) => variant.value as unknown);
      this.calls.push({ method, inputs });
      const { status = StatusCodes.Good, output } = this.onCall(method, inputs);
      const outputArguments = output === undefined ? [] : [{ dataType: DataType.Double, value: output }];
      callback(null, { statusCode: status, outputArguments });
    });
  }
}
