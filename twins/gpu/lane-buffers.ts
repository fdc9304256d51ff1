/**
 * A shader on the device, and the memory of the lanes that it carries together: what the host writes for them, and
 * what it reads back. With L lanes, row r of lane l is element r * L + l, so that neighbouring lanes read
 * neighbouring words.
 */
import { SETTINGS, type Shader, WHOLE_SETTINGS, WORKGROUP_SIZE } from "../compile/wgsl.ts";
import type { Gpu } from "./device.ts";

/** Largest buffer, bytes: more lanes at once gain nothing, and the host holds a copy. */
const MOST_BYTES = 256 * 2 ** 20;

export interface LoadedShader {
  readonly shader: Shader;
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

/** Errors of the shader's text are told by `withErrors`. */
export function loadShader({ device }: Gpu, shader: Shader): LoadedShader {
  const layout = device.createBindGroupLayout({ entries: BINDINGS.map(layoutEntry) });
  const pipeline = device.createComputePipeline({
    layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
    compute: { module: device.createShaderModule({ code: shader.code }), entryPoint: "main" },
  });
  return { shader, pipeline, layout };
}

export interface ChunkShape {
  /** Trajectories in all. */
  readonly count: number;
  /** Most segments of one trajectory. */
  readonly segments: number;
  readonly outputs: number;
}

export type Settings = Readonly<Record<(typeof SETTINGS)[number], number>>;

export class LaneBuffers {
  /** Trajectories carried together. */
  readonly lanes: number;
  readonly parameters: Float32Array<ArrayBuffer>;
  readonly inputs: Float32Array<ArrayBuffer>;
  /** End of every segment. */
  readonly ends: Float32Array<ArrayBuffer>;
  readonly state: Float32Array<ArrayBuffer>;
  /** Output k, state s of lane l is row k * states + s. */
  samples: Float32Array<ArrayBuffer>;
  readonly #device: GPUDevice;
  readonly #buffers: Record<(typeof BINDINGS)[number], GPUBuffer>;
  readonly #staging: GPUBuffer;
  readonly #pipeline: GPUComputePipeline;
  readonly #group: GPUBindGroup;

  constructor({ device }: Gpu, { shader, pipeline, layout }: LoadedShader, shape: ChunkShape) {
    const { model } = shader.program;
    const rows = {
      parameters: model.parameters.length,
      inputs: model.inputs.length * shape.segments,
      ends: shape.segments,
      state: shader.rows,
      samples: model.states.length * shape.outputs,
    };
    const { maxStorageBufferBindingSize, maxComputeWorkgroupsPerDimension } = device.limits;
    const widest = Math.max(...Object.values(rows));
    this.lanes = Math.min(
      shape.count,
      Math.floor(Math.min(MOST_BYTES, maxStorageBufferBindingSize) / (4 * widest)),
      maxComputeWorkgroupsPerDimension * WORKGROUP_SIZE,
    );
    const host = (count: number) => new Float32Array(Math.max(1, count * this.lanes));
    this.parameters = host(rows.parameters);
    this.inputs = host(rows.inputs);
    this.ends = host(rows.ends);
    this.state = host(rows.state);
    this.samples = host(rows.samples);
    this.#device = device;
    const storage = (floats: number) =>
      device.createBuffer({
        size: 4 * floats,
        usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC,
      });
    this.#buffers = {
      settings: device.createBuffer({
        size: SETTINGS_BYTES,
        usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
      }),
      parameters: storage(this.parameters.length),
      inputs: storage(this.inputs.length),
      ends: storage(this.ends.length),
      outputs: storage(shape.outputs + 1),
      state: storage(this.state.length),
      samples: storage(this.samples.length),
    };
    this.#staging = device.createBuffer({
      size: 4 * Math.max(this.state.length, this.samples.length),
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    });
    this.#pipeline = pipeline;
    this.#group = device.createBindGroup({
      layout,
      entries: BINDINGS.map((name, binding) => ({ binding, resource: { buffer: this.#buffers[name] } })),
    });
  }

  /** Everything that the host has written, and the settings of the run. */
  upload(settings: Settings, outputs: Float32Array<ArrayBuffer>): void {
    const { queue } = this.#device;
    queue.writeBuffer(this.#buffers.settings, 0, packed(settings));
    queue.writeBuffer(this.#buffers.outputs, 0, outputs);
    for (const name of ["parameters", "inputs", "ends", "state"] as const)
      queue.writeBuffer(this.#buffers[name], 0, this[name]);
  }

  dispatch(): void {
    const encoder = this.#device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(this.#pipeline);
    pass.setBindGroup(0, this.#group);
    pass.dispatchWorkgroups(Math.ceil(this.lanes / WORKGROUP_SIZE));
    pass.end();
    this.#device.queue.submit([encoder.finish()]);
  }

  /** Fills the first `floats` of `this[name]` from the device. */
  async download(name: "state" | "samples", floats = this[name].length): Promise<void> {
    const encoder = this.#device.createCommandEncoder();
    encoder.copyBufferToBuffer(this.#buffers[name], 0, this.#staging, 0, 4 * floats);
    this.#device.queue.submit([encoder.finish()]);
    await this.#staging.mapAsync(GPUMapMode.READ, 0, 4 * floats);
    this[name].set(new Float32Array(this.#staging.getMappedRange(0, 4 * floats)));
    this.#staging.unmap();
  }

  destroy(): void {
    for (const buffer of [...Object.values(this.#buffers), this.#staging]) buffer.destroy();
  }
}

/** In the order of their binding numbers. */
const BINDINGS = ["settings", "parameters", "inputs", "ends", "outputs", "state", "samples"] as const;

/** Said in full: a layout derived from the shader leaves out what it does not read, as a model without inputs. */
const layoutEntry = (name: (typeof BINDINGS)[number], binding: number): GPUBindGroupLayoutEntry => ({
  binding,
  visibility: GPUShaderStage.COMPUTE,
  buffer: {
    type:
      name === "settings"
        ? "uniform"
        : name === "state" || name === "samples"
          ? "storage"
          : "read-only-storage",
  },
});

/** A uniform's size is a multiple of 16 bytes. */
const SETTINGS_BYTES = 16 * Math.ceil((4 * SETTINGS.length) / 16);

function packed(settings: Settings): ArrayBuffer {
  const bytes = new DataView(new ArrayBuffer(SETTINGS_BYTES));
  SETTINGS.forEach((name, i) => {
    if (i < WHOLE_SETTINGS) bytes.setUint32(4 * i, settings[name], true);
    else bytes.setFloat32(4 * i, settings[name], true);
  });
  return bytes.buffer;
}
