import { EXIT } from "@helix/cli";
import { describe, expect, test } from "vitest";
import { missingSoftwareGpu, useSoftwareGpu } from "../gpu/testing/software-gpu.ts";
import { caller } from "./command-call.test-support.ts";
import { command as whatif } from "./whatif.ts";

const { call } = await caller();
const ask = (given: Record<string, unknown>, model = "cho-fed-batch") =>
  call(whatif, undefined, { model }, { workers: 0, rank: 0, points: 3, runs: 100, ...given });

test("the answer says which engine gave it, and why it was not a graphics device", async () => {
  const { said, result } = await ask({});
  expect(result["engine"]).toBe(
    "WebAssembly, 64 bits, 0 threads; no GPU is used: one pays from 20000 runs on",
  );
  expect(said).toContain("no GPU is used: one pays from 20000 runs on");
  expect((await ask({ engine: "webassembly" })).result["engine"]).toBe("WebAssembly, 64 bits, 0 threads");
});

test("a device that is asked for and cannot serve is refused with the reason", async () => {
  await expect(ask({ engine: "webgpu" }, "penicillin-birol")).rejects.toThrow(
    "--engine webgpu: penicillin-birol has events, which are found in 64 bits only",
  );
});

const missing = missingSoftwareGpu();
describe.skipIf(missing !== undefined)(
  `on a graphics device${missing ? ` (skipped: ${missing})` : ""}`,
  () => {
    useSoftwareGpu();

    test("the difference from 64 bits is told beside the bands", async () => {
      const { said, exitCode, result } = await ask({ engine: "webgpu" });
      expect(exitCode).toBe(EXIT.pass);
      expect(result).toMatchObject({
        engine: expect.stringMatching(
          /^WebGPU, 32 bits, on SwiftShader.*, which is a program on the processor$/,
        ),
        finished: 100,
        agreement: { compared: 64, left: 0 },
      });
      expect(said).toMatch(
        /64 runs repeated in 64 bits differ by at most \d\.\de-\d of a state's largest value \(\w+ at \d+ h\); the device's relative tolerance is 1e-5/,
      );
    });
  },
);
