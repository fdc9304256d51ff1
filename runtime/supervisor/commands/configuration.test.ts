/** What `[ledger]` of helix.toml makes of a ledger that is not there yet. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CliContext } from "@helix/cli";
import { createSystemPlatform } from "@helix/platform";
import { expect, test } from "vitest";
import { openConfiguredLedger } from "./configuration.ts";

const ROOT_KEY = "helix/golden/root+dd1c0012+ARPwk7h65jmYPa9wj9T4Zkv2e09UXsrnagUOVrKIKggz";

test("a new ledger has the sector and the root key that helix.toml gives it; no other root key opens it", async () => {
  const home = mkdtempSync(join(tmpdir(), "helix-configured-"));
  try {
    const folder = join(home, "ledger");
    const context = { platform: createSystemPlatform("configured"), env: {} } as CliContext;
    const config = {
      folder,
      emergencyFolder: join(home, "emergency"),
      markFolder: undefined,
      timeStampUrl: undefined,
    };
    await (await openConfiguredLedger({ ...config, sectorBytes: 512, rootKey: ROOT_KEY }, context)).close();
    const policy = readFileSync(join(folder, "ledger.policy"), "utf8");
    expect(policy).toContain(`\nsector 512\nroot ${ROOT_KEY}\n`);
    // On another device, of which nothing was said.
    expect(readFileSync(join(home, "emergency", "ledger.policy"), "utf8")).toMatch(/\nsector 4096\nkey /);
    await (await openConfiguredLedger(config, context)).close();
    const other = ROOT_KEY.replace("ARPw", "ARPx");
    await expect(openConfiguredLedger({ ...config, rootKey: other }, context)).rejects.toMatchObject({
      name: "CliError",
      exitCode: 2,
    });
    expect(readFileSync(join(folder, "ledger.policy"), "utf8")).toBe(policy);
  } finally {
    rmSync(home, { recursive: true });
  }
});
