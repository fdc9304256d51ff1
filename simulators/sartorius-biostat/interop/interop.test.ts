/** open62541 reads the simulator: the address space and the encryption judged by an independent stack. */
import { execFile, execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  CLIENT_URI,
  type ClientPki,
  clientFolder,
  PASSWORD,
  type RunningSimulator,
  simulatorOptions,
  startSimulator,
} from "../testing/process.ts";
import { reading, unitAt } from "../testing/units.ts";

const PEERS = process.env.HELIX_PEERS ?? "/tmp/helix-peers";
const missing = !existsSync(`${PEERS}/open62541/root`);
const reason = missing ? " (skipped: needs open62541, run tools/peers/open62541.sh)" : "";
const SCRIPT = join(import.meta.dirname, "..", "..", "..", "tools", "peers", "open62541.sh");
const SOURCE = join(import.meta.dirname, "read-nodes.c");
const NAMESPACE = "urn:helix:standin:sartorius-biostat";

let folder: Awaited<ReturnType<typeof clientFolder>>;
let pki: ClientPki;
let simulator: RunningSimulator;
let program: string;

beforeAll(async () => {
  if (missing) return;
  program = execFileSync(SCRIPT, ["build", SOURCE, `${PEERS}/open62541/bin/read-nodes`], {
    encoding: "utf8",
  }).trim();
  folder = await clientFolder();
  ({ pki } = folder);
  simulator = await startSimulator(simulatorOptions(`${folder.path}/server`));
});

afterAll(async () => {
  await simulator?.stop();
  await folder?.remove();
});

interface ReadNode {
  readonly node: string;
  readonly value?: number | string;
  readonly sourceTimestampMs?: number;
  readonly status: string;
}

async function readNodes(policy: string, password: string, nodes: readonly string[]): Promise<ReadNode[]> {
  const { endpoint, certificateFile } = simulator.ready;
  const { stdout } = await promisify(execFile)(
    program,
    [
      endpoint,
      CLIENT_URI,
      pki.certificateFile,
      pki.privateKeyFile,
      certificateFile ?? "",
      `http://opcfoundation.org/UA/SecurityPolicy#${policy}`,
      "operator",
      NAMESPACE,
      ...nodes,
    ],
    { env: { ...process.env, HELIX_INTEROP_PASSWORD: password } },
  );
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as ReadNode);
}

test.skipIf(missing).each(["Basic256Sha256", "Aes256_Sha256_RsaPss"])(
  `open62541 reads value, status and plant time over %s${reason}`,
  async (policy) => {
    const unit = unitAt(95);
    const plantMs = Date.parse("2026-01-05T06:00:00Z") + 95 * 3_600_000;
    expect(
      await readNodes(policy, PASSWORD, [
        "Biostat.pH.PV",
        "Biostat.ViableCells.PV",
        "Biostat.Mode",
        "Biostat.AlarmWord",
        "Biostat.Redox.PV",
      ]),
    ).toEqual([
      { node: "Biostat.pH.PV", value: reading(unit, "ph").value, sourceTimestampMs: plantMs, status: "Good" },
      {
        node: "Biostat.ViableCells.PV",
        value: reading(unit, "viable_cell_density").value,
        sourceTimestampMs: plantMs,
        status: "Good",
      },
      { node: "Biostat.Mode", value: "Run", sourceTimestampMs: plantMs, status: "Good" },
      { node: "Biostat.AlarmWord", value: 0, sourceTimestampMs: plantMs, status: "Good" },
      { node: "Biostat.Redox.PV", status: "BadNodeIdUnknown" },
    ]);
  },
  60_000,
);

test.skipIf(missing)(
  `open62541 with a wrong password is not let in${reason}`,
  async () => {
    await expect(readNodes("Basic256Sha256", "wrong", ["Biostat.pH.PV"])).rejects.toThrow(/Bad\w+/);
  },
  60_000,
);
