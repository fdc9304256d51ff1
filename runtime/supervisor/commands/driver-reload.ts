import { CliError, defineCommand, EXIT } from "@helix/cli";
import { askRunning } from "@helix/ledger";
import type { ControlRequest } from "../control/messages.ts";
import { short } from "../drivers/driver-registry.ts";
import type { DriverVersion } from "../drivers/reload-driver.ts";
import { account, CONFIG_OPTION, configurationAt, reasonGiven } from "./configuration.ts";

export const reload = defineCommand({
  name: "reload",
  summary: "replace one instrument's driver while HELIX runs",
  topic: "production",
  details:
    "The running HELIX loads the code that driver_library holds now, registered where that is demanded, ends the old driver " +
    "(what it has measured gets through, commands under way end) and connects the new one; DRIVER_RELOADED is the record. Other " +
    "instruments go on. Where the new one cannot be loaded, the old one goes on. Exit code 1 when the new driver " +
    "has not connected at its first attempt; HELIX goes on trying.",
  options: {
    instrument: { kind: "text", summary: "its name in helix.toml", value: "name" },
    reason: { kind: "text", summary: "why, for the record", value: "text" },
    ...CONFIG_OPTION,
  },
  examples: [
    {
      line: 'helix driver reload --instrument brx-07 --reason "fixes the drift alarm"',
      explains: "after registering the new version",
    },
  ],

  async run(input, context) {
    const { instrument, config: path } = input.options;
    const reason = reasonGiven(input.options.reason);
    if (instrument === undefined) throw new CliError("whose driver? give --instrument <name>");
    const config = await configurationAt(
      path,
      context,
      "helix driver reload --config <path of helix.toml> --instrument <name>",
    );
    const { folder } = config.ledger;
    const request: ControlRequest = { do: "reload", instrument, account: account(), reason };
    const report = await askRunning(folder, request);
    if (report === undefined)
      throw new CliError(`no HELIX is running on ${folder}`, {
        advice: "nothing to reload: helix up loads the new driver",
      });
    const { state } = report["status"] as { readonly state: string };
    context.out.write(
      `${instrument}: ${named(report["old"])} replaced by ${named(report["new"])}, record ${String(report["sequence"])}; now ${state}\n`,
    );
    const isServing = state !== "Disconnected" && state !== "FaultIsolated";
    return { exitCode: isServing ? EXIT.pass : EXIT.fail, result: report };
  },
});

function named(version: unknown): string {
  const { driverName, driverVersion, moduleHash } = version as DriverVersion;
  return `${driverName} ${driverVersion} (${short(moduleHash)})`;
}
