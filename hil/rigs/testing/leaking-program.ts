/** The virtual rig's program with a driver that lets something go astray at each attempt to connect. */
import { createServer } from "node:net";
import { SartoriusBiostatDriver } from "@helix/driver-sartorius-biostat";
import run from "../virtual-program.ts";

const kept: unknown[] = [];

const LEAKS: Readonly<Record<string, () => void>> = {
  none: () => {},
  timer: () => void setInterval(() => {}, 60_000),
  socket: () => void createServer().listen(0),
  memory: () => void kept.push(Array.from({ length: 150_000 }, (_, i) => i + 0.5)),
};

const leak = LEAKS[new URL(import.meta.url).searchParams.get("leak") ?? ""];
if (!leak) throw new Error(`name what leaks, one of: ${Object.keys(LEAKS).join(", ")}`);

// oxlint-disable-next-line typescript/unbound-method -- applied to the driver below
const { connect } = SartoriusBiostatDriver.prototype;
SartoriusBiostatDriver.prototype.connect = function leaking(...given) {
  leak();
  return connect.apply(this, given);
};

export default run;
