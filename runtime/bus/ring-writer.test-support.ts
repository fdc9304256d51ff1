/** Worker: writes `total` frames as fast as it can, each filled with its number. */
import { workerData } from "node:worker_threads";
import { FRAME_BYTES } from "@helix/hal";
import { TelemetryRing } from "./index.ts";

const { buffer, total } = workerData as { buffer: SharedArrayBuffer; total: number };
const writer = TelemetryRing.attach(buffer).writer();
const bytes = new Uint8Array(FRAME_BYTES);
const words = new Int32Array(bytes.buffer);
for (let number = 1; number <= total; number++) {
  words.fill(number);
  writer.write(bytes);
}
