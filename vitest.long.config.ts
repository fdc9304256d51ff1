import { defineConfig } from "vitest/config";
import { SkippedProgramsReporter } from "./tools/skipped-programs-reporter.ts";
import { V8_FLAGS } from "./tools/v8-flags.mjs";

/** `npm run test:long`: what takes minutes, one file after the other. */
export default defineConfig({
  test: {
    include: ["**/*.long.test.ts"],
    exclude: ["**/node_modules/**", "**/fixtures/**", "runs/**"],
    execArgv: V8_FLAGS,
    reporters: [new SkippedProgramsReporter(), "default"],
    fileParallelism: false,
    testTimeout: 900_000,
    // It would be one second, which is too little for a condition on a busy machine.
    expect: { poll: { timeout: 20_000 } },
    hookTimeout: 900_000,
  },
});
