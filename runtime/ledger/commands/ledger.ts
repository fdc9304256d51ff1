import type { CommandGroup } from "@helix/cli";
import { anchor } from "./anchor.ts";
import { create } from "./create.ts";
import { exportCommand } from "./export.ts";
import { makeRootKeyCommand } from "./make-root-key.ts";
import { moveMarksCommand } from "./move-marks.ts";
import { eraseName, name, names } from "./people.ts";
import { prove } from "./prove.ts";
import { rotateKeyCommand } from "./rotate-key.ts";
import { search } from "./search.ts";
import { show } from "./show.ts";
import { sign } from "./sign.ts";
import { verify } from "./verify.ts";
import { makeWitnessCommand, witnessCommand } from "./witness.ts";

export const command: CommandGroup = {
  name: "ledger",
  summary: "check, read, sign, prove and export the audit ledger",
  topic: "evidence",
  commands: [
    verify,
    show,
    search,
    exportCommand,
    prove,
    sign,
    name,
    names,
    eraseName,
    rotateKeyCommand,
    anchor,
    witnessCommand,
    makeWitnessCommand,
    moveMarksCommand,
    create,
    makeRootKeyCommand,
  ],
};
