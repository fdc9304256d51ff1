/**
 * A Biostat driver with a bug planted in it: it takes a command whose answer was lost for one that was
 * acknowledged. Only a link that is cut in the middle of a command shows it.
 */
import {
  type BiostatConfig,
  SartoriusBiostatDriver,
  helixDriverManifest as sound,
} from "@helix/driver-sartorius-biostat";
import type { AuditSink, CommandResult, DriverManifest, InstrumentCommand } from "@helix/hal";

class OptimisticDriver extends SartoriusBiostatDriver {
  override async dispatchCommand(
    command: InstrumentCommand,
    audit: AuditSink,
    signal: AbortSignal,
  ): Promise<CommandResult> {
    try {
      return await super.dispatchCommand(command, audit, signal);
    } catch {
      return {
        acknowledgedValue: "value" in command ? Number(command.value) : undefined,
        instrumentTimestampNs: undefined,
        warnings: [],
      };
    }
  }
}

export const helixDriverManifest: DriverManifest<BiostatConfig> = {
  ...sound,
  driverName: "planted-optimistic",
  createInstance: (config, context) => new OptimisticDriver(config, context),
};
