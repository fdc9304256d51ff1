import type { CommandGroup } from "@helix/cli";
import { list } from "./driver-list.ts";
import { register } from "./driver-register.ts";
import { reload } from "./driver-reload.ts";

export const command: CommandGroup = {
  name: "driver",
  summary: "say which drivers may be loaded, and replace one while HELIX runs",
  topic: "production",
  commands: [register, list, reload],
};
