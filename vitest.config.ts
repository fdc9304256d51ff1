import { defineConfig } from "vitest/config";
import { SkippedProgramsReporter } from "./tools/skipped-programs-reporter.ts";
import { V8_FLAGS } from "./tools/v8-flags.mjs";

/** `npm test`. What takes minutes is `*.long.test.ts` (vitest.long.config.ts). */
export default defineConfig({
  test: {
    include: ["**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/fixtures/**", "runs/**", "**/*.long.test.ts"],
    execArgv: V8_FLAGS,
    reporters: [new SkippedProgramsReporter(), "default"],
    // Tests wait for processes and sockets more than they compute; by default one core would idle.
    maxWorkers: 2,
    // Generous: tests wait for conditions, and a busy machine must not fail them. What takes 15 s on an idle one
    // takes a minute on one that is three times slower and has more to do.
    testTimeout: 120_000,
    // For the same reason; it would be one second.
    expect: { poll: { timeout: 20_000 } },
    hookTimeout: 120_000,
    teardownTimeout: 10_000,
  },
});
