import { defineConfig } from "vitest/config";
import { SkippedProgramsReporter } from "./tools/skipped-programs-reporter.ts";

/** `npm test`. What takes minutes is `*.long.test.ts` (vitest.long.config.ts). */
export default defineConfig({
  test: {
    include: ["**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/fixtures/**", "runs/**", "**/*.long.test.ts"],
    reporters: [new SkippedProgramsReporter(), "default"],
    // Tests wait for processes and sockets more than they compute; by default one core would idle.
    maxWorkers: 2,
    // Generous: tests wait for conditions, and a busy machine must not fail them.
    testTimeout: 30_000,
    // One second is what vitest gives a condition.
    expect: { poll: { timeout: 20_000 } },
    hookTimeout: 30_000,
    teardownTimeout: 10_000,
  },
});
