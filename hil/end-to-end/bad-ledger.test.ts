/**
 * A ledger that cannot be used: what `helix up` and the commands that write say of it is one line, the
 * exit code is 2, and no byte on disk has changed.
 */
import { createHash } from "node:crypto";
import { cp, mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test, vi } from "vitest";
import { temporaryFolder } from "./testing/folder.ts";
import { helix, startHelix } from "./testing/helix.ts";
import { biostatTable, writeHelixToml } from "./testing/plant.ts";
import { mountSmallDisk } from "./testing/small-disk.ts";

const UNUSED_PORT = 1;
const idle = biostatTable(UNUSED_PORT).replace("\n\n", "\nauto_connect = false\n\n");
const SEALED = { HELIX_LEDGER_PASSPHRASE: "tulip" };
const SIGN = ["--record", "0", "--meaning", "reviewed", "--name", "Marie Curie", "--role", "QA"];

/** With a plain ledger, and with one whose key is sealed. */
let plain: string;
let sealed: string;

async function plantWith(env: Readonly<Record<string, string>>): Promise<string> {
  const cwd = await temporaryFolder();
  await writeHelixToml(cwd, idle);
  const up = startHelix(["up"], { cwd, env });
  await up.said(/Ctrl-C stops/);
  up.interrupt();
  expect((await up.ended).code).toBe(0);
  return cwd;
}

beforeAll(async () => {
  [plain, sealed] = await Promise.all([plantWith({}), plantWith(SEALED)]);
}, 120_000);

async function copyOf(cwd: string): Promise<string> {
  const copy = await temporaryFolder();
  await cp(cwd, copy, { recursive: true });
  return copy;
}

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

/** Names, modes and hashes of all that is in the folder, folders in it included. */
async function contentOf(folder: string): Promise<Record<string, string>> {
  const names = await readdir(folder, { recursive: true });
  const files = names.map(async (name): Promise<[string, string]> => {
    const found = await stat(join(folder, name));
    const text = found.isFile() ? sha256(await readFile(join(folder, name))) : "folder";
    return [name, `${found.mode.toString(8)} ${text}`];
  });
  return Object.fromEntries(await Promise.all(files));
}

interface Bad {
  readonly what: string;
  /** @returns the plant's folder, undefined where this cannot be had, and what ends the trouble */
  readonly make: () => Promise<{ cwd: string; end?: () => Promise<unknown> } | undefined>;
  /** LEDGER stands for the folder's path. */
  readonly line: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Where reading has another line than writing, what `sign` says, which reads the record first. */
  readonly signLine?: string;
}

const BAD: readonly Bad[] = [
  {
    what: "a folder that is not a ledger",
    make: async () => {
      const cwd = await copyOf(plain);
      await rm(join(cwd, "ledger"), { recursive: true });
      await mkdir(join(cwd, "ledger"));
      await writeFile(join(cwd, "ledger", "holiday.jpg"), "x");
      return { cwd };
    },
    line: "LEDGER is not a ledger: it holds holiday.jpg and no ledger.policy; name a ledger, or an empty folder to make one",
  },
  {
    what: "a ledger of a newer format",
    make: async () => {
      const cwd = await copyOf(plain);
      const policy = join(cwd, "ledger", "ledger.policy");
      await writeFile(policy, (await readFile(policy, "utf8")).replace("helix-ledger/2", "helix-ledger/999"));
      return { cwd };
    },
    line: "ledger LEDGER has format 999, this HELIX knows 2; use a newer HELIX",
  },
  {
    what: "a missing segment",
    make: async () => {
      const cwd = await copyOf(plain);
      await rm(join(cwd, "ledger", "seg-0000-00000000.hlx"));
      return { cwd };
    },
    line: "ledger LEDGER is damaged: CORRUPT at record 0, seg-0000-00000000.hlx byte 0: segment file is missing; nothing was changed, restore the folder from a copy and verify it",
    signLine:
      "ledger LEDGER is damaged: segment 0 is missing; nothing was changed, restore the folder from a copy and verify it",
  },
  {
    what: "a wrong passphrase",
    make: async () => ({ cwd: await copyOf(sealed) }),
    env: { HELIX_LEDGER_PASSPHRASE: "rose" },
    line: "ledger LEDGER stays shut: the passphrase in HELIX_LEDGER_PASSPHRASE does not open its key; nothing was changed",
  },
  {
    what: "no passphrase",
    make: async () => ({ cwd: await copyOf(sealed) }),
    line: "ledger LEDGER stays shut: its key is sealed; set HELIX_LEDGER_PASSPHRASE to its passphrase; nothing was changed",
  },
  {
    what: "a second writer",
    make: async () => {
      const cwd = await copyOf(plain);
      const first = startHelix(["up"], { cwd });
      await first.said(/Ctrl-C stops/);
      // It writes its own mark a second after its records; nothing comes after that.
      await vi.waitFor(async () => {
        const { stdout } = await helix(["ledger", "verify", "ledger", "--json"], { cwd });
        const { records, checkpointRecords } = JSON.parse(stdout) as Record<string, string>;
        expect(checkpointRecords).toBe(records);
      }, 60_000);
      const end = () => {
        first.interrupt();
        return first.ended;
      };
      return { cwd, end };
    },
    line: "ledger LEDGER is in use by process PID; stop that one first, or choose another folder",
  },
  {
    what: "a read-only disk",
    make: async () => {
      const cwd = await copyOf(plain);
      const disk = await mountSmallDisk(join(cwd, "disk"), 8192);
      if (disk === undefined) return undefined;
      await cp(join(cwd, "ledger"), join(cwd, "disk", "ledger"), { recursive: true });
      const config = join(cwd, "helix.toml");
      const text = await readFile(config, "utf8");
      await writeFile(config, text.replace('folder = "ledger"', 'folder = "disk/ledger"'));
      disk.makeReadOnly();
      return { cwd };
    },
    line: "ledger LEDGER: the file system is read-only; mount it for writing, or choose another folder",
  },
];

test.each(BAD)(
  "$what: one line, exit code 2, nothing changed",
  async ({ what, make, line, signLine, env = {} }) => {
    const made = await make();
    // Only root can mount a file system; as another user there is nothing to try.
    if (made === undefined) return;
    const { cwd, end } = made;
    const ledger = join(cwd, what === "a read-only disk" ? "disk/ledger" : "ledger");
    const before = await contentOf(ledger);
    const calls: [string[], string][] = [
      [["up"], line],
      [["ledger", "rotate-key", ledger, "--reason", "yearly"], line],
      [["ledger", "sign", ledger, ...SIGN], signLine ?? line],
    ];
    for (const [args, wanted] of calls) {
      const { code, stdout, stderr } = await helix(args, { cwd, env });
      const said = stderr.replaceAll(ledger, "LEDGER").replace(/process \d+/, "process PID");
      expect({ args: args.slice(0, 2), code, stdout, said }).toEqual({
        args: args.slice(0, 2),
        code: 2,
        stdout: "",
        said: `helix: ${wanted}\n`,
      });
    }
    expect(await contentOf(ledger)).toEqual(before);
    await end?.();
  },
);
