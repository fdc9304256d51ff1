/**
 * The graphics device, by WebGPU (Dawn, the optional package `webgpu`). What stands in the way is told, never
 * passed over: the caller says to its user why another engine serves.
 */
/// <reference types="@webgpu/types" />

export interface Gpu {
  readonly device: GPUDevice;
  /** Maker and model, as the driver names them. */
  readonly name: string;
  /** A program on the processor that acts as a graphics device: right, and slow. */
  readonly isSoftware: boolean;
  /** Ends the device: what it holds is freed, and the process may end. */
  close(): void;
}

/** No device can be used; the message says why. */
export class GpuUnavailable extends Error {
  override readonly name = "GpuUnavailable";
}

/** The device refused what it was asked, or was lost; the message is the driver's. */
export class GpuError extends Error {
  override readonly name = "GpuError";
}

/**
 * The value of `work`. WebGPU reports errors aside and goes on with nothing: here they are thrown.
 * @throws GpuError
 */
export async function withErrors<T>({ device, name }: Gpu, work: () => Promise<T>): Promise<T> {
  const filters = ["validation", "out-of-memory", "internal"] as const;
  for (const filter of filters) device.pushErrorScope(filter);
  const [result] = await Promise.allSettled([work()]);
  const errors = await Promise.all(filters.map(() => device.popErrorScope()));
  const first = errors.find((error) => error !== null);
  if (first) throw new GpuError(`${name}: ${first.message.trim()}`);
  if (result.status === "rejected") throw result.reason;
  return result.value;
}

/**
 * Dawn's instance must outlive everything made from it: when it is collected as garbage, pending promises
 * never settle.
 */
let instance: GPU | undefined;

/** @throws GpuUnavailable */
export async function openGpu(): Promise<Gpu> {
  instance ??= await createInstance();
  const adapter = await instance.requestAdapter({ powerPreference: "high-performance" });
  if (!adapter) throw new GpuUnavailable("this machine offers no graphics adapter to WebGPU");
  const { maxStorageBufferBindingSize, maxBufferSize, maxComputeWorkgroupsPerDimension } = adapter.limits;
  const device = await adapter.requestDevice({
    requiredLimits: { maxStorageBufferBindingSize, maxBufferSize, maxComputeWorkgroupsPerDimension },
  });
  const { vendor, architecture, device: model, description } = adapter.info;
  const name = description || [vendor, model, architecture].filter((word) => word !== "").join(" ");
  return {
    device,
    name: name || "unnamed adapter",
    isSoftware: isSoftwareAdapter(adapter),
    close: () => device.destroy(),
  };
}

async function createInstance(): Promise<GPU> {
  try {
    const { create, globals } = await import("webgpu");
    Object.assign(globalThis, globals);
    return create([]);
  } catch (cause) {
    throw new GpuUnavailable("the package webgpu could not be loaded on this machine", { cause });
  }
}

/** Dawn does not always call its software adapters fallback ones. */
const isSoftwareAdapter = ({ info }: GPUAdapter): boolean =>
  info.isFallbackAdapter ||
  /swiftshader|llvmpipe|lavapipe|software|basic render/i.test(
    `${info.vendor} ${info.architecture} ${info.device} ${info.description}`,
  );
