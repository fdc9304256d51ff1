/** The unit's methods on object `Biostat`; each takes effect at the present plant time. */
import type { Namespace, UAObject } from "node-opcua-address-space";
import { StatusCodes } from "node-opcua-status-code";
import { DataType, type Variant } from "node-opcua-variant";
import type { Biostat } from "../biostat.ts";
import type { Answer } from "../device/status.ts";

interface Parameter {
  readonly name: string;
  readonly dataType: DataType;
  readonly isArray?: true;
}

interface Method {
  readonly name: string;
  readonly inputs: readonly Parameter[];
  readonly outputs?: readonly Parameter[];
  call(values: readonly unknown[]): { readonly answer: Answer; readonly outputs?: readonly number[] };
}

/** @param changed called after every call, so that its effect is published */
export function addMethods(namespace: Namespace, root: UAObject, unit: Biostat, changed: () => void): void {
  for (const method of methodsOf(unit)) {
    const node = namespace.addMethod(root, {
      nodeId: `s=Biostat.${method.name}`,
      browseName: method.name,
      inputArguments: method.inputs.map(argument),
      outputArguments: (method.outputs ?? []).map(argument),
    });
    node.bindMethod((inputs: Variant[], _context, callback) => {
      const { answer, outputs = [] } = method.call(inputs.map(({ value }) => value as unknown));
      changed();
      callback(null, {
        statusCode: StatusCodes[answer],
        outputArguments: outputs.map((value) => ({ dataType: DataType.Double, value })),
      });
    });
  }
}

function methodsOf(unit: Biostat): readonly Method[] {
  return [
    {
      name: "AcknowledgeAlarm",
      inputs: [
        { name: "Bit", dataType: DataType.UInt32 },
        { name: "User", dataType: DataType.String },
        { name: "Comment", dataType: DataType.String },
      ],
      call: ([bit]) => ({ answer: unit.alarms.acknowledge(bit as number) ? "Good" : "BadInvalidArgument" }),
    },
    {
      name: "ResetAlarms",
      inputs: [],
      call: () => {
        unit.alarms.reset();
        return { answer: "Good" };
      },
    },
    {
      name: "EmergencyStop",
      inputs: [],
      call: () => {
        unit.setpoints.emergencyStop();
        return { answer: "Good" };
      },
    },
    {
      name: "StartCalibration",
      inputs: [
        { name: "Channel", dataType: DataType.String },
        { name: "References", dataType: DataType.Double, isArray: true },
      ],
      call: ([channel, references]) => ({
        answer: unit.startCalibration(String(channel), Array.from((references ?? []) as ArrayLike<number>)),
      }),
    },
    {
      name: "VerifyCalibration",
      inputs: [
        { name: "Channel", dataType: DataType.String },
        { name: "Reference", dataType: DataType.Double },
      ],
      outputs: [{ name: "Reading", dataType: DataType.Double }],
      call: ([channel, reference]) => {
        const { answer, value } = unit.verifyCalibration(String(channel), reference as number);
        return answer === "Good" ? { answer, outputs: [value] } : { answer };
      },
    },
  ];
}

const argument = ({ name, dataType, isArray }: Parameter) => ({
  name,
  dataType,
  valueRank: isArray ? 1 : -1,
  ...(isArray ? { arrayDimensions: [0] } : {}),
});
