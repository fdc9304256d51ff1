/** A real process under every fault of its disk, killed under load, and without power. */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSystemPlatform } from "@helix/platform";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { verifyLedger } from "./index.ts";
import { acknowledgedIn, aftermath, appendUnder, whyNoStrace } from "./testing/real-faults.ts";

const { disk } = createSystemPlatform("faults");
let home: string;
let folder: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "helix-faults-"));
  folder = join(home, "ledger");
});
afterEach(() => {
  // A test that ran out of time leaves its mount; umount says no where there is none.
  for (const name of ["small", "mount"]) spawnSync("umount", ["-l", join(home, name)]);
  rmSync(home, { recursive: true, force: true });
});

const CHILD = join(import.meta.dirname, "testing/telling-child.ts");

/** Runs the child until it has acknowledged so many records, then does something to it. */
async function interrupt(records: number, how: (pid: number) => void): Promise<Map<bigint, string>> {
  const child = spawn(process.execPath, [CHILD, folder, "1000000"], { stdio: ["ignore", "pipe", "inherit"] });
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  let out = "";
  let done = false;
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
    if (done || out.split("\n").length < records) return;
    done = true;
    how(child.pid as number);
  });
  await closed;
  // The last line may be cut short.
  return acknowledgedIn(out.split("\n").slice(0, -1));
}

const noStrace = whyNoStrace();
describe.skipIf(noStrace !== undefined)(
  `faults of the real disk${noStrace === undefined ? "" : ` (skipped: ${noStrace})`}`,
  () => {
    for (const [name, inject, message] of [
      ["an fdatasync fails once (EIO)", "fdatasync:error=EIO:when=12", /EIO/],
      ["every fdatasync fails from one on", "fdatasync:error=EIO:when=12+", /EIO/],
      ["the first fdatasync fails", "fdatasync:error=EIO:when=2", /EIO/],
      ["the disk is full (ENOSPC)", "pwrite64:error=ENOSPC:when=15+", /ENOSPC.*make room/],
      ["a write fails once (EIO)", "pwrite64:error=EIO:when=15", /EIO/],
    ] as const) {
      test(`${name}: refused for good, nothing acknowledged is lost`, async () => {
        const { acknowledged, lines } = await appendUnder(inject, folder, 300);
        expect(lines.find((line) => line.startsWith("failed"))).toMatch(message);
        expect(lines.find((line) => line.startsWith("then"))).toContain("takes no more records");
        const found = await aftermath(folder, acknowledged);
        expect(found).toMatchObject({ after: "CLEAN", lost: [] });
        expect(found.before).toMatch(/CLEAN|TORN_TAIL/);
      });
    }

    test("a slow disk: all is acknowledged in the end", async () => {
      const { acknowledged, lines } = await appendUnder("fdatasync:delay_enter=200000:when=5+7", folder, 120);
      expect(lines.at(-1)).toBe("done");
      expect(acknowledged.size).toBe(120);
      expect(await aftermath(folder, acknowledged)).toMatchObject({
        before: "CLEAN",
        after: "CLEAN",
        lost: [],
      });
    });
  },
);

test("killed 40 times under load: every acknowledged record is there", async () => {
  const acknowledged = new Map<bigint, string>();
  for (let round = 0; round < 40; round++) {
    const told = await interrupt(20 + round * 13, (pid) => process.kill(pid, "SIGKILL"));
    for (const [sequence, hash] of told) acknowledged.set(sequence, hash);
    expect((await verifyLedger({ folder, disk })).verdict).toMatch(/CLEAN|TORN_TAIL/);
  }
  expect(acknowledged.size).toBeGreaterThan(40 * 20);
  expect(await aftermath(folder, acknowledged)).toMatchObject({ after: "CLEAN", lost: [] });
});

const isRoot = process.getuid?.() === 0;
test.skipIf(!isRoot)(
  `a file system that is really full${isRoot ? "" : " (skipped: needs root)"}: refused, and goes on when there is room`,
  async () => {
    const mount = join(home, "small");
    mkdirSync(mount);
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=3m", "tmpfs", mount]);
    try {
      folder = join(mount, "ledger");
      const child = spawnSync(process.execPath, [CHILD, folder, "20000"], { encoding: "utf8" });
      const lines = child.stdout.split("\n");
      // The last write that fits in part is a short one, which the system reports without an error.
      expect(lines.find((line) => line.startsWith("failed"))).toMatch(/ENOSPC|bytes written/);
      const acknowledged = acknowledgedIn(lines);
      expect(acknowledged.size).toBeGreaterThan(200);
      execFileSync("mount", ["-o", "remount,size=64m", mount]);
      expect(await aftermath(folder, acknowledged)).toMatchObject({ after: "CLEAN", lost: [] });
    } finally {
      execFileSync("umount", [mount]);
    }
  },
);

const EXT4_SHUTDOWN = `import fcntl,os,struct,sys
fcntl.ioctl(os.open(sys.argv[1], os.O_RDONLY), 0x8004587D, struct.pack("I", 2))`;

function whyNoLoop(): string | undefined {
  if (process.getuid?.() !== 0) return "needs root";
  const missing = ["mkfs.ext4", "mount", "losetup", "python3"].filter(
    (one) => spawnSync("which", [one]).status !== 0,
  );
  if (missing.length > 0) return `needs ${missing.join(", ")}`;
  return spawnSync("losetup", ["-f"]).status === 0 ? undefined : "needs loop devices";
}

const noLoop = whyNoLoop();
test.skipIf(noLoop !== undefined)(
  `the power of its file system is cut 6 times${noLoop === undefined ? "" : ` (skipped: ${noLoop})`}: every acknowledged record is there`,
  async () => {
    const [image, mount] = [join(home, "disk.img"), join(home, "mount")];
    execFileSync("truncate", ["-s", "128M", image]);
    execFileSync("mkfs.ext4", ["-q", image]);
    mkdirSync(mount);
    folder = join(mount, "ledger");
    const acknowledged = new Map<bigint, string>();
    for (let round = 0; round < 6; round++) {
      execFileSync("mount", ["-o", "loop", image, mount]);
      try {
        // Not even the journal is flushed: what no sync brought down is gone.
        const told = await interrupt(50 + round * 90, () =>
          execFileSync("python3", ["-c", EXT4_SHUTDOWN, mount]),
        );
        for (const [sequence, hash] of told) acknowledged.set(sequence, hash);
      } finally {
        execFileSync("umount", [mount]);
      }
      execFileSync("mount", ["-o", "loop", image, mount]);
      try {
        expect(await aftermath(folder, acknowledged)).toMatchObject({ after: "CLEAN", lost: [] });
      } finally {
        execFileSync("umount", [mount]);
      }
    }
    expect(acknowledged.size).toBeGreaterThan(300);
  },
);
