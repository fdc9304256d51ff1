/**
 * Says at the end which tests were skipped for want of a program that npm cannot bring. A test says
 * so in its name, its suite's name or its skip note: "skipped: needs socat, apt-get install socat".
 * With HELIX_ALL_PROGRAMS=1, where every such program is said to be there, a skip is a failure.
 */
import type { Reporter, TestCase } from "vitest/node";

const REASON = /skipped: (needs [^)]+)/;

/** The reason of a skipped test, if it is a missing program. */
export const missingProgram = (fullName: string, note: string | undefined): string | undefined =>
  REASON.exec(`${fullName} ${note ?? ""}`)?.[1]?.trim();

export class SkippedProgramsReporter implements Reporter {
  readonly #tests = new Map<string, number>();
  readonly #write: (line: string) => void;
  readonly #allAreHere: boolean;

  constructor(
    write: (line: string) => void = (line) => console.log(line),
    allAreHere: boolean = process.env["HELIX_ALL_PROGRAMS"] === "1",
  ) {
    this.#write = write;
    this.#allAreHere = allAreHere;
  }

  onTestCaseResult(test: TestCase): void {
    const result = test.result();
    if (result.state !== "skipped") return;
    const reason = missingProgram(test.fullName, result.note);
    if (reason !== undefined) this.#tests.set(reason, (this.#tests.get(reason) ?? 0) + 1);
  }

  onTestRunEnd(): void {
    if (this.#tests.size === 0) return;
    this.#write("");
    for (const [reason, count] of this.#tests) {
      this.#write(`skipped: ${reason} (${count} ${count === 1 ? "test" : "tests"})`);
    }
    if (!this.#allAreHere) return;
    this.#write("HELIX_ALL_PROGRAMS=1 says that no program is missing: a skipped test is a failure");
    process.exitCode = 1;
  }
}
