/**
 * Who may import whom: DESIGN's table, as data. A box is one or more workspace packages; what is
 * not listed is forbidden, whatever way it is written (static, dynamic, type).
 */
export interface Box {
  /** Folders of its packages; "drivers/*" is any folder in drivers. */
  readonly folders: readonly string[];
  /** Boxes it may import, by a folder pattern that is one of theirs. */
  readonly mayImport: readonly string[];
}

/** In order: the first box whose pattern fits a folder is its box. */
export const IMPORT_TABLE: readonly Box[] = [
  { folders: ["runtime/hal"], mayImport: [] },
  { folders: ["runtime/platform"], mayImport: ["runtime/hal"] },
  { folders: ["twins"], mayImport: ["runtime/hal"] },
  // The CLI finds commands by name and file: it knows no package that offers one.
  { folders: ["runtime/cli"], mayImport: ["runtime/hal", "runtime/platform", "runtime/config"] },
  { folders: ["runtime/config"], mayImport: ["runtime/hal", "runtime/platform"] },
  {
    folders: ["runtime/*"],
    mayImport: ["runtime/hal", "runtime/platform", "runtime/config", "runtime/*", "twins"],
  },
  // A protocol's generic driver knows the protocol; a maker's driver adds what its instrument means.
  { folders: ["drivers/*-generic"], mayImport: ["runtime/hal"] },
  { folders: ["drivers/*"], mayImport: ["runtime/hal", "drivers/*-generic"] },
  // Never a driver: two ends that share a codec agree even when both are wrong.
  { folders: ["simulators"], mayImport: ["runtime/hal", "runtime/platform", "twins"] },
  { folders: ["scenarios"], mayImport: [] },
  { folders: ["hil/record"], mayImport: [] },
  {
    folders: ["hil"],
    mayImport: [
      "runtime/hal",
      "runtime/platform",
      "runtime/config",
      "runtime/*",
      "twins",
      "drivers/*-generic",
      "drivers/*",
      "simulators",
      "scenarios",
      "hil/record",
    ],
  },
  { folders: ["reports"], mayImport: ["hil/record"] },
];

/** May import everything: they belong to no plant. */
export const FREE_FOLDERS: readonly string[] = ["bench", "tools"];

/** A package's commands (`<package>/commands/`) also speak with the CLI, and through its Platform. */
export const COMMANDS_MAY_IMPORT: readonly string[] = ["runtime/cli", "runtime/platform"];

/** Tests and their helpers also use the real world's clock, net and disk. */
export const TESTS_MAY_IMPORT: readonly string[] = ["runtime/platform"];

/** `helix up`: what starts it, and what no path of imports from there may reach. */
export const PRODUCTION = {
  entries: ["runtime/cli/main.ts", "runtime/supervisor/commands/up.ts"],
  unreachable: ["simulators", "scenarios", "hil"],
} as const;

export const boxOf = (folder: string): Box | undefined =>
  IMPORT_TABLE.find((box) => box.folders.some((pattern) => fits(folder, pattern)));

export function mayImport(from: Box, to: Box): boolean {
  return from.mayImport.some((allowed) => to.folders.includes(allowed));
}

/** "*" stands for part of one folder's name. */
function fits(folder: string, pattern: string): boolean {
  const parts = pattern.split("*").map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join("[^/]+")}$`).test(folder);
}
