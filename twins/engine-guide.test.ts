import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";

const guide = await readFile(new URL("./ENGINE.md", import.meta.url), "utf8");
const programs = [...guide.matchAll(/```ts\n([\s\S]*?)```\n\n```text\n([\s\S]*?)```/g)].map(
  ([, program = "", printed = ""]) => ({ program, printed }),
);

test("the guide shows a what-if and a twin that is stepped", () => {
  expect(programs).toHaveLength(2);
});

test.each(programs)(
  "a program of the guide prints what stands below it: %#",
  async ({ program, printed }) => {
    const folder = await mkdtemp(join(tmpdir(), "helix-engine-guide-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const here = program.replaceAll(
      /"(@helix\/twins\/\w+)"/g,
      (_specifier, name: string) => `"${import.meta.resolve(name)}"`,
    );
    await writeFile(join(folder, "program.ts"), here);
    const { stdout } = await promisify(execFile)(process.execPath, [join(folder, "program.ts")]);
    expect(stdout).toBe(printed);
  },
);
