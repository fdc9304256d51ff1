/** The simulator as a process of its own, driven by the rig's messages. */
import { createServer } from "node:net";
import { startProcess } from "@helix/platform";
import { expect, test } from "vitest";
import { type RigMessage, SIMULATORS, type SimulatorMessage } from "../index.ts";

const OPTIONS = {
  line: { transport: "tcp", host: "127.0.0.1", port: 0 },
  serialNumber: "WB-0231",
  beginS: 600,
  truthPeriodS: 60,
};

function launch(options: unknown) {
  const module = SIMULATORS.get("modbus-device")?.module ?? "";
  const child = startProcess<RigMessage, SimulatorMessage>(module, {
    args: [JSON.stringify(options)],
  });
  const messages: SimulatorMessage[] = [];
  const listeners = new Set<() => void>();
  child.onMessage((message) => {
    messages.push(message);
    for (const listener of listeners) listener();
  });
  /** Waits for a message, past ones included; rejects when the process ends without it. */
  const message = (wanted: (message: SimulatorMessage) => boolean) =>
    new Promise<SimulatorMessage>((resolve, reject) => {
      const look = () => {
        const found = messages.find(wanted);
        if (found) resolve(found);
      };
      listeners.add(look);
      look();
      void child.exited.then(({ code, stderrTail }) =>
        reject(new Error(`it ended (${code}): ${stderrTail}`)),
      );
    });
  return { child, messages, message };
}

test("it advances as it is granted, tells the truth on its grid, and ends with the receipts", async () => {
  const { child, messages, message } = launch(OPTIONS);
  const ready = await message(({ type }) => type === "ready");
  expect(ready).toMatchObject({ plantTimeS: 600, truthUnits: { temperature: "Cel", ph: "[pH]" } });
  child.send({ type: "inject", id: "busy", fault: { inject: "exception", code: 6 } });
  child.send({ type: "advance", untilS: 780, speed: Number.POSITIVE_INFINITY });
  await message((said) => said.type === "time" && said.reached && said.plantTimeS === 780);
  child.send({ type: "stop" });
  const { code } = await child.exited;
  expect(code).toBe(0);
  const truths = messages.flatMap((said) => (said.type === "truth" ? [said.plantTimeS] : []));
  expect(truths).toEqual([600, 660, 720, 780]);
  expect(messages.find(({ type }) => type === "receipt")).toMatchObject({
    id: "busy",
    receipt: { subject: "requests refused", beginS: 600, endS: 780, touched: 0 },
  });
});

test("a port in use, wrong options and an unknown fault are told in one line", async () => {
  const squatter = createServer();
  await new Promise<void>((resolve) => squatter.listen(0, "127.0.0.1", resolve));
  const address = squatter.address();
  const port = typeof address === "object" ? (address?.port ?? 0) : 0;
  const inUse = launch({ ...OPTIONS, line: { ...OPTIONS.line, port } });
  expect(await inUse.message(({ type }) => type === "failed")).toMatchObject({
    message: expect.stringContaining(`127.0.0.1 port ${port} is in use`),
  });
  expect((await inUse.child.exited).code).toBe(1);
  await new Promise((resolve) => squatter.close(resolve));

  const wrong = launch({ ...OPTIONS, unitId: 999 });
  expect(await wrong.message(({ type }) => type === "failed")).toMatchObject({
    message: expect.stringContaining("unitId"),
  });
  const strange = launch(OPTIONS);
  await strange.message(({ type }) => type === "ready");
  strange.child.send({ type: "inject", id: "x", fault: { inject: "stuck-valve", channel: "ph" } });
  expect(await strange.message(({ type }) => type === "failed")).toMatchObject({
    message: expect.stringContaining("cannot do this fault"),
  });
});
