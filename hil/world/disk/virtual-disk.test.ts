import type { DiskFile } from "@helix/platform";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { inWorld } from "../testing/in-process.ts";
import type { World } from "../world.ts";

const station = (world: World) => world.addStation("server");
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "no error",
    (error: NodeJS.ErrnoException) => error.code ?? error.name,
  );

/** Writes at both ends of what a crash can do: a file's bytes and its name, each synced or not. */
type Step =
  | { readonly kind: "append"; readonly file: number; readonly length: number }
  | { readonly kind: "sync"; readonly file: number }
  | { readonly kind: "create"; readonly file: number }
  | { readonly kind: "sync-names" }
  | { readonly kind: "power-cut" };

const FILES = 3;
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("append" as const),
      file: fc.nat(FILES - 1),
      length: fc.integer({ min: 1, max: 1500 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("sync" as const), file: fc.nat(FILES - 1) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("create" as const), file: fc.nat(FILES - 1) }) },
  { weight: 2, arbitrary: fc.constant({ kind: "sync-names" as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: "power-cut" as const }) },
);

/** What the program knows of a file: what it wrote, how much of it is safe, and whether the name is. */
interface Known {
  bytes: number[];
  safe: number;
  nameSafe: boolean;
}

/**
 * Plays the steps and checks, after every power cut, that what was acknowledged as safe is there.
 * What was not safe is there or is zero or is cut off; never anything else.
 */
async function play(world: World, steps: readonly Step[]): Promise<void> {
  const { host, disk } = station(world);
  const known = new Map<number, Known>();
  const open = new Map<number, DiskFile>();
  let next = 0;
  const pathOf = (file: number) => `/data/${file}`;
  await host.start(() => disk.makeFolder("/data"));
  await host.start(() => disk.syncFolder("/"));
  for (const one of steps) {
    if (one.kind === "power-cut") {
      host.crash();
      host.reboot();
      open.clear();
      for (const [file, before] of known) {
        const found = await host.start(() => disk.stat(pathOf(file)));
        if (found === undefined && before.nameSafe) throw new Error(`the name of file ${file} is gone`);
        if (found === undefined) {
          known.delete(file);
          continue;
        }
        const bytes = [...(await host.start(() => disk.readFile(pathOf(file))))];
        const wrong = bytes.findIndex(
          (byte, i) => byte !== before.bytes[i] && (i < before.safe || byte !== 0),
        );
        if (bytes.length < before.safe || bytes.length > before.bytes.length || wrong >= 0) {
          const what = `${bytes.length} bytes, wrong at ${wrong}`;
          throw new Error(
            `file ${file}: ${before.safe} of ${before.bytes.length} bytes were safe; found ${what}`,
          );
        }
        known.set(file, { bytes, safe: bytes.length, nameSafe: true });
        open.set(file, await host.start(() => disk.open(pathOf(file), "read-write")));
      }
    } else if (one.kind === "sync-names") {
      await host.start(() => disk.syncFolder("/data"));
      for (const entry of known.values()) entry.nameSafe = true;
    } else if (one.kind === "create") {
      if (known.has(one.file)) continue;
      open.set(one.file, await host.start(() => disk.open(pathOf(one.file), "create-new")));
      known.set(one.file, { bytes: [], safe: 0, nameSafe: false });
    } else {
      const entry = known.get(one.file);
      const file = open.get(one.file);
      if (entry === undefined || file === undefined) continue;
      if (one.kind === "sync") {
        await host.start(() => file.datasync());
        entry.safe = entry.bytes.length;
      } else {
        const bytes = Array.from({ length: one.length }, () => (next++ % 255) + 1);
        const at = entry.bytes.length;
        await host.start(() => file.write(Uint8Array.from(bytes), at));
        entry.bytes.push(...bytes);
      }
    }
  }
}

describe("durability", () => {
  test("what was acknowledged and synced survives any power cut, and nothing comes out of nowhere", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.array(step, { minLength: 5, maxLength: 40 }), async (seed, steps) => {
        const all: Step[] = [{ kind: "create", file: 0 }, ...steps, { kind: "power-cut" }];
        await inWorld((world) => play(world, all), { seed });
      }),
      { numRuns: 100 },
    );
  });

  test("what was not synced does vanish: bytes, and names", async () => {
    const outcomes = { allBytes: 0, someBytes: 0, noBytes: 0, noName: 0 };
    for (let seed = 0; seed < 60; seed++) {
      const { result } = await inWorld(
        async (world) => {
          const { host, disk } = station(world);
          await host.start(async () => {
            const file = await disk.open("/log", "create-new");
            await file.write(new Uint8Array(2048).fill(7), 0);
          });
          host.crash();
          host.reboot();
          return host.start(async () => ((await disk.stat("/log")) ? disk.readFile("/log") : undefined));
        },
        { seed },
      );
      const kept = result?.filter((byte) => byte === 7).length;
      if (kept === undefined) outcomes.noName += 1;
      else if (kept === 0) outcomes.noBytes += 1;
      else if (kept === 2048) outcomes.allBytes += 1;
      else outcomes.someBytes += 1;
    }
    expect(outcomes.noName).toBeGreaterThan(10);
    expect(outcomes.someBytes).toBeGreaterThan(10);
  });

  test("a write is torn at sectors, never inside one", async () => {
    const sectors = new Set<string>();
    for (let seed = 0; seed < 20; seed++) {
      const { result } = await inWorld(
        async (world) => {
          const { host, disk } = station(world);
          await host.start(async () => {
            const file = await disk.open("/log", "create-new");
            await disk.syncFolder("/");
            await file.write(new Uint8Array(1536).fill(7), 0);
          });
          host.crash();
          host.reboot();
          return host.start(() => disk.readFile("/log"));
        },
        { seed },
      );
      const whole = Buffer.concat([result, Buffer.alloc(1536 - result.length)]);
      const pattern = [0, 512, 1024].map((at) => [...new Set(whole.subarray(at, at + 512))].join("/"));
      sectors.add(pattern.join(" "));
      for (const sector of pattern) expect(["0", "7"]).toContain(sector);
    }
    expect(sectors.size).toBeGreaterThan(3);
  });

  test("a kill loses nothing that was written", async () => {
    const { result } = await inWorld(async (world) => {
      const { host, disk } = station(world);
      await host.start(async () => {
        const file = await disk.open("/log", "create-new");
        await file.write(Uint8Array.of(1, 2, 3), 0);
      });
      host.kill();
      host.reboot();
      return host.start(() => disk.readFile("/log"));
    });
    expect([...result]).toEqual([1, 2, 3]);
  });

  test("writeFile: after a power cut at any moment either the old or the new content is there", async () => {
    const seen = new Set<string>();
    for (let cutUs = 0; cutUs <= 2600; cutUs += 50) {
      const { result } = await inWorld(
        async (world) => {
          const { host, disk } = station(world);
          await host.start(() => disk.writeFile("/config", Buffer.from("old")));
          void host.start(() => disk.writeFile("/config", Buffer.from("new")));
          await world.sleep(cutUs / 1000);
          host.crash();
          host.reboot();
          return host.start(() => disk.readFile("/config"));
        },
        { seed: cutUs },
      );
      seen.add(Buffer.from(result).toString());
    }
    expect([...seen].sort()).toEqual(["new", "old"]);
  });

  test("a rename between folders is all or nothing", async () => {
    for (let seed = 0; seed < 40; seed++) {
      const { result } = await inWorld(
        async (world) => {
          const { host, disk } = station(world);
          await host.start(async () => {
            for (const folder of ["/a", "/b"]) await disk.makeFolder(folder);
            await disk.syncFolder("/");
            await disk.writeFile("/a/file", Uint8Array.of(1));
            await disk.rename("/a/file", "/b/file");
          });
          host.crash();
          host.reboot();
          return host.start(async () => [...(await disk.list("/a")), ...(await disk.list("/b"))]);
        },
        { seed },
      );
      expect(result).toEqual(["file"]);
    }
  });
});

describe("a disk in trouble", () => {
  test("a sync that fails says so; its bytes are readable, and gone after the power cut whatever is synced later", async () => {
    const { result } = await inWorld(async (world) => {
      const { host, disk } = station(world);
      const seen = await host.start(async () => {
        const file = await disk.open("/log", "create-new");
        await disk.syncFolder("/");
        await file.write(Uint8Array.of(1, 1), 0);
        disk.failNextSyncs();
        const first = await codeOf(file.datasync());
        await file.write(Uint8Array.of(2, 2), 2);
        const second = await codeOf(file.datasync());
        return { first, second, before: [...(await disk.readFile("/log"))] };
      });
      host.crash();
      host.reboot();
      return { ...seen, after: [...(await host.start(() => disk.readFile("/log")))] };
    });
    expect(result).toEqual({ first: "EIO", second: "no error", before: [1, 1, 2, 2], after: [0, 0, 2, 2] });
  });

  test("a full disk takes what fits, then refuses; a removed file makes room", async () => {
    const { result } = await inWorld(async (world) => {
      const { host, disk } = station(world);
      disk.change({ capacityBytes: 100 });
      return host.start(async () => {
        await disk.writeFile("/old", new Uint8Array(60));
        const file = await disk.open("/log", "create-new");
        const short = await codeOf(file.write(new Uint8Array(60), 0));
        const size = await file.size();
        const full = await codeOf(file.write(new Uint8Array(1), size));
        await disk.remove("/old");
        return { short, size, full, room: await codeOf(file.write(new Uint8Array(60), size)) };
      });
    });
    expect(result).toEqual({ short: "ShortWriteError", size: 40, full: "ENOSPC", room: "no error" });
  });

  test("a slow disk is slow, a read-only one refuses", async () => {
    const { result } = await inWorld(async (world) => {
      const { host, disk } = station(world);
      disk.change({ syncUs: 4_000_000 });
      return host.start(async () => {
        await disk.writeFile("/file", Uint8Array.of(1));
        const seconds = world.seconds;
        disk.change({ readOnly: true });
        return { seconds, code: await codeOf(disk.writeFile("/file", Uint8Array.of(2))) };
      });
    });
    expect(result.seconds).toBeGreaterThan(8);
    expect(result.code).toBe("EROFS");
  });

  test("errors are the system's", async () => {
    const { result } = await inWorld(async (world) => {
      const { host, disk } = station(world);
      return host.start(async () => {
        await disk.makeFolder("/folder/inner");
        await disk.writeFile("/file", Uint8Array.of(1));
        return {
          missing: await codeOf(disk.readFile("/none")),
          exists: await codeOf(disk.open("/file", "create-new")),
          folder: await codeOf(disk.open("/folder", "read")),
          notFolder: await codeOf(disk.list("/file")),
          noParent: await codeOf(disk.open("/none/file", "create-new")),
          list: await disk.list("/folder"),
          removed: [await codeOf(disk.remove("/none")), await disk.stat("/none")],
        };
      });
    });
    expect(result).toEqual({
      missing: "ENOENT",
      exists: "EEXIST",
      folder: "EISDIR",
      notFolder: "ENOTDIR",
      noParent: "ENOENT",
      list: ["inner"],
      removed: ["no error", undefined],
    });
  });
});

describe("a lock", () => {
  test.for(["release", "crash", "kill"] as const)("is free again after %s", async (how) => {
    const { result } = await inWorld(async (world) => {
      const { host, disk } = station(world);
      const lock = await host.start(() => disk.lock("/lock"));
      const whileHeld = await codeOf(host.start(() => disk.lock("/lock")));
      if (how === "release") await host.start(() => lock.release());
      else {
        host[how]();
        host.reboot();
      }
      return { whileHeld, after: await codeOf(host.start(() => disk.lock("/lock"))) };
    });
    expect(result).toEqual({ whileHeld: "LockHeldError", after: "no error" });
  });
});
