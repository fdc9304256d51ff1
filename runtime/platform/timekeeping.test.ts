import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { CLOCK_QUALITIES, createSystemTimekeeping, createVirtualTimekeeping } from "./timekeeping.ts";

/** In a process of its own, which has that zone. */
function zoneMinutes(zone: string, utc: string): number {
  const module = new URL("./timekeeping.ts", import.meta.url).href;
  const program = `import { createSystemTimekeeping } from ${JSON.stringify(module)};
    process.stdout.write(String(createSystemTimekeeping().zoneMinutes(BigInt(Date.parse(${JSON.stringify(utc)})) * 1000000n)));`;
  const { stdout, stderr, status } = spawnSync(process.execPath, ["--input-type=module", "-e", program], {
    env: { ...process.env, TZ: zone },
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
  return Number(stdout);
}

test.each([
  ["UTC", "2026-07-01T00:00:00Z", 0],
  ["Europe/Berlin", "2026-03-29T00:59:59Z", 60],
  ["Europe/Berlin", "2026-03-29T01:00:00Z", 120],
  ["America/New_York", "2026-01-15T12:00:00Z", -300],
  ["Asia/Kolkata", "2026-01-15T12:00:00Z", 330],
])("local time in %s at %s is %i min ahead of UTC", (zone, utc, minutes) => {
  expect(zoneMinutes(zone, utc)).toBe(minutes);
});

test("nothing is claimed of a clock before the system was asked, whose answer is one of the known ones", async () => {
  const timekeeping = createSystemTimekeeping();
  expect(timekeeping.quality).toBe("not-stated");
  expect(CLOCK_QUALITIES.slice(0, 3)).toContain(await timekeeping.ask());
  timekeeping.distrust();
  expect(timekeeping.quality).toBe("stepped");
});

test("a virtual world has UTC, and says that its clock is virtual", async () => {
  const timekeeping = createVirtualTimekeeping();
  expect([timekeeping.zoneMinutes(0n), timekeeping.quality]).toEqual([0, "virtual"]);
  timekeeping.distrust();
  expect(await timekeeping.ask()).toBe("virtual");
});
