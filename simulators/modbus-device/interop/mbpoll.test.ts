/** An independent client, mbpoll (libmodbus), reads and sets our device: over TCP, and over a serial line. */
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { createSystemPlatform, missingForSerialPairs, startSerialPair } from "@helix/platform";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RunningModbusDevice, startModbusDevice } from "../modbus-device.ts";

const hasProgram = (name: string) =>
  (process.env.PATH ?? "").split(":").some((folder) => existsSync(join(folder, name)));

const platform = createSystemPlatform("mbpoll");

for (const transport of ["tcp", "rtu"] as const) {
  const missing = !hasProgram("mbpoll")
    ? "needs mbpoll, apt-get install mbpoll"
    : transport === "rtu" && missingForSerialPairs() !== undefined
      ? "needs socat, apt-get install socat"
      : undefined;
  const title = `mbpoll over ${transport}${missing === undefined ? "" : ` (skipped: ${missing})`}`;
  describe.skipIf(missing !== undefined)(title, () => {
    let device: RunningModbusDevice;
    let address: readonly string[];
    const undo: (() => Promise<void> | void)[] = [];

    beforeAll(async () => {
      if (transport === "tcp") {
        const line = { transport, host: "127.0.0.1", port: 0 } as const;
        device = await startModbusDevice({ platform, options: { line, serialNumber: "WB-0231" } });
        address = ["-m", "tcp", "-p", new URL(device.endpoint).port, "127.0.0.1"];
        undo.push(() => device.stop());
        return;
      }
      const folder = mkdtempSync(join(tmpdir(), "helix-mbpoll-"));
      undo.push(() => rmSync(folder, { recursive: true, force: true }));
      const { ends, close } = await startSerialPair(platform.clock, [join(folder, "a"), join(folder, "b")]);
      undo.push(close);
      const line = { transport, path: ends[0], baudRate: 19_200, parity: "none" } as const;
      device = await startModbusDevice({ platform, options: { line, serialNumber: "WB-0231" } });
      undo.push(() => device.stop());
      address = ["-m", "rtu", "-b", "19200", "-P", "none", ends[1]];
    });

    afterAll(async () => {
      for (const step of undo.toReversed()) await step();
    });

    /** @returns the values that it printed, by address; or what it said was wrong */
    async function mbpoll(args: readonly string[], values: readonly string[] = []): Promise<string[]> {
      const [port = ""] = address.slice(-1);
      // -o 10: the longest that it waits for an answer, s; the device is in this process, which may be busy.
      const all = [
        "-a",
        "1",
        "-0",
        "-q",
        "-1",
        "-o",
        "10",
        ...address.slice(0, -1),
        ...args,
        port,
        "--",
        ...values,
      ];
      const { stdout, stderr } = await promisify(execFile)("mbpoll", all).catch(
        (error: { stdout: string; stderr: string }) => error,
      );
      const printed = [...stdout.matchAll(/^\[\d+\]:\s+(\S+)/gm)].map(([, value]) => value ?? "");
      return printed.length > 0 ? printed : [`${stdout}${stderr}`];
    }

    test("readings as floats, coils, inputs, the serial number", async () => {
      expect(await mbpoll(["-t", "3:float", "-B", "-r", "0", "-c", "3"])).toEqual(["37", "7", "200"]);
      expect(await mbpoll(["-t", "0", "-r", "0", "-c", "3"])).toEqual(["1", "1", "1"]);
      expect(await mbpoll(["-t", "1", "-r", "0", "-c", "3"])).toEqual(["1", "1", "1"]);
      expect(await mbpoll(["-t", "4:hex", "-r", "1000", "-c", "2"])).toEqual(["0x5742", "0x2D30"]);
    });

    test("a setpoint, and a coil", async () => {
      await mbpoll(["-t", "4:float", "-B", "-r", "4"], ["450"]);
      expect(device.setpoints().agitation).toBe(450);
      await mbpoll(["-t", "0", "-r", "2"], ["0"]);
      expect(await mbpoll(["-t", "0", "-r", "2", "-c", "1"])).toEqual(["0"]);
      await mbpoll(["-t", "0", "-r", "2"], ["1"]);
    });

    test("what is not there, and what is not allowed, is an exception that it knows", async () => {
      expect((await mbpoll(["-t", "4", "-r", "77", "-c", "1"])).join()).toContain("Illegal data address");
      const tooHot = await mbpoll(["-t", "4:float", "-B", "-r", "0"], ["95"]);
      expect(tooHot.join()).toContain("Illegal data value");
    });

    test("a busy device is busy to it too, and its receipt says so", async () => {
      device.inject("busy", { inject: "exception", code: 6 });
      expect((await mbpoll(["-t", "4", "-r", "0", "-c", "2"])).join()).toMatch(/busy/i);
      expect(device.clear("busy")).toMatchObject({ subject: "requests refused", touched: 1 });
    });
  });
}
