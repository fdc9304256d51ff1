/** A world without a thread and without patches, for tests of its parts: our own code needs neither. */
import { Kernel, type KernelOptions } from "../kernel/kernel.ts";
import { Trace } from "../kernel/trace.ts";
import { World } from "../world.ts";

export interface InProcessRun<T> {
  readonly result: T;
  readonly traceHash: string;
  readonly virtualSeconds: number;
}

/** Runs `program` as the bench of a world until it has finished. */
export async function inWorld<T>(
  program: (world: World) => Promise<T>,
  options: { seed?: number | string } & Partial<KernelOptions> = {},
): Promise<InProcessRun<T>> {
  const { seed = 1, ...kernelOptions } = options;
  const trace = new Trace();
  const kernel = new Kernel({ trace, ...kernelOptions });
  const world = new World(kernel, { seed: String(seed), scratchFolder: "/nowhere", report: () => {} });
  let result: { value: T } | undefined;
  kernel.immediate("main", () => {
    void program(world).then(
      (value) => {
        result = { value };
        kernel.stop();
      },
      (error) => kernel.fail(error),
    );
  });
  const end = await kernel.run();
  if (result === undefined) throw new Error(`the program has not finished (${end} at ${world.seconds} s)`);
  return { result: result.value, traceHash: trace.digest(), virtualSeconds: world.seconds };
}
