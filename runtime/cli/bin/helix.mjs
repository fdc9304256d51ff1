#!/usr/bin/env node
/**
 * Starts HELIX on the Node that its lockfile pins, whatever Node was called: plain JavaScript that
 * Node 20 understands, and nothing from node_modules. Sets HELIX up on first use.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import * as module from "node:module";
import { constants } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { pinnedNode, setUp } from "../../../tools/setup.mjs";
import { V8_FLAGS } from "../../../tools/v8-flags.mjs";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const isInstalled = existsSync(join(root, "node_modules", ".package-lock.json"));
const isReady = isInstalled || (await setUp(root));
if (!isReady) process.exitCode = 2;
else if (pinnedNode(root).runs(process.version)) await runHere();
else runOnPinned(pinnedNode(root));

async function runHere() {
  for (const flag of V8_FLAGS) setFlagsFromString(flag);
  // Node calls node:sqlite experimental; users of HELIX need not hear of it at each start.
  process.removeAllListeners("warning");
  process.on("warning", (warning) => {
    if (warning.name !== "ExperimentalWarning") process.stderr.write(`${warning.name}: ${warning.message}\n`);
  });
  module.enableCompileCache(join(root, "node_modules", ".cache", "helix"));
  const { main } = await import("../main.ts");
  await main();
}

/** The same command line again; terminal, signals and exit code are those of the other process. */
function runOnPinned(pinned) {
  if (pinned.path === undefined || process.env.HELIX_ON_PINNED_NODE !== undefined) {
    process.stderr.write(
      `helix: needs Node ${pinned.version}; this is ${process.version}, and there is no pinned Node for ` +
        `${process.platform} ${process.arch}\n  install Node ${pinned.version.split(".")[0]} from https://nodejs.org and call helix with it\n`,
    );
    process.exitCode = 2;
    return;
  }
  const child = spawn(pinned.path, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: "inherit",
    env: { ...process.env, HELIX_ON_PINNED_NODE: pinned.version },
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => {
    process.stderr.write(`helix: ${pinned.path} cannot be started: ${error.message}\n`);
    process.exitCode = 2;
  });
  child.on("close", (code, signal) => {
    process.exitCode = code ?? 128 + constants.signals[signal];
    // The listeners above would keep a process with an inherited terminal alive on Windows.
    process.exit();
  });
}
