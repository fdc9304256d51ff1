/** Which engine runs an ensemble, and why: a graphics device where there is one and it pays, WebAssembly otherwise. */
import { CliError } from "@helix/cli";
import { type EnsembleEngine, startEnsembles } from "../ensemble/ensemble.ts";
import type { Agreement } from "../ensemble/gpu-ensembles.ts";
import { type EnsemblePlan, preparePlan, strategiesOf } from "../ensemble/plan.ts";
import type { Gpu } from "../gpu/device.ts";

export type EngineName = "auto" | "webgpu" | "webassembly";

/** Fewer runs than these are done on the processor before a device is ready. */
const LEAST_FOR_GPU = 20_000;

export interface ChosenEngine extends AsyncDisposable {
  readonly ensembles: EnsembleEngine;
  /** What it is, and why it was taken, for people. */
  readonly text: string;
  /** Of a graphics device: how far its 32 bits are from 64. */
  readonly agreement: ((plan: EnsemblePlan) => Promise<DeviceAgreement>) | undefined;
}

export interface DeviceAgreement extends Agreement {
  /** Runs that the device left, and that were run in 64 bits. */
  readonly left: number;
}

/** @throws CliError when a device is asked for and cannot serve */
export async function chooseEngine(
  asked: EngineName,
  plan: EnsemblePlan,
  workers: number,
): Promise<ChosenEngine> {
  const found = asked === "webassembly" ? "" : await findGpu(asked, plan);
  if (typeof found !== "string") return onDevice(found);
  if (asked === "webgpu")
    throw new CliError(`--engine webgpu: ${found}`, {
      advice: "leave --engine out: WebAssembly serves, in 64 bits",
    });
  const ensembles = startEnsembles(workers);
  const why = found === "" ? "" : `; no GPU is used: ${found}`;
  return {
    ensembles,
    text: `WebAssembly, 64 bits, ${workers > 0 ? "up to " : ""}${workers} thread${workers === 1 ? "" : "s"}${why}`,
    agreement: undefined,
    [Symbol.asyncDispose]: () => ensembles[Symbol.asyncDispose](),
  };
}

async function onDevice(gpu: Gpu): Promise<ChosenEngine> {
  const { startGpuEnsembles } = await import("../ensemble/gpu-ensembles.ts");
  const ensembles = startGpuEnsembles(gpu);
  return {
    ensembles,
    text: `WebGPU, 32 bits, on ${gpu.name}${gpu.isSoftware ? ", which is a program on the processor" : ""}`,
    agreement: async (plan) => ({ ...(await ensembles.agreement(plan)), left: ensembles.left }),
    [Symbol.asyncDispose]: async () => {
      await ensembles[Symbol.asyncDispose]();
      gpu.close();
    },
  };
}

/** The device, or why none serves. */
async function findGpu(asked: "auto" | "webgpu", plan: EnsemblePlan): Promise<Gpu | string> {
  if (plan.controllers) return "the model's controllers act between its scans, on the processor";
  const runs = plan.runs * strategiesOf(plan).length;
  if (asked === "auto" && runs < LEAST_FOR_GPU) return `one pays from ${LEAST_FOR_GPU} runs on`;
  const { shaderRefusal } = await import("../compile/wgsl.ts");
  const refusal = shaderRefusal(preparePlan(plan).kernel.program);
  if (refusal !== undefined) return refusal;
  const { GpuUnavailable, openGpu } = await import("../gpu/device.ts");
  try {
    const gpu = await openGpu();
    if (asked === "webgpu" || !gpu.isSoftware) return gpu;
    gpu.close();
    return `${gpu.name} is a program on the processor`;
  } catch (error) {
    if (error instanceof GpuUnavailable) return error.message;
    throw error;
  }
}

/** How a device's numbers compare, for people. */
export function agreementText(
  { compared, rtol, largestDifference, state, time, left }: DeviceAgreement,
  timeUnit: string,
): string {
  const lines = [
    `${compared} runs repeated in 64 bits differ by at most ${largestDifference.toExponential(1)} of a state's largest value (${state} at ${time} ${timeUnit})`,
  ];
  lines.push(`the device's relative tolerance is ${rtol.toExponential(0)}`);
  if (left > 0) lines.push(`${left} runs that the device left were run in 64 bits`);
  return `${lines.join("; ")}\n`;
}
