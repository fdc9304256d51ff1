/** An ASCII balance and its client, both on the `serialport` package, over a virtual cable that is cut and unplugged. */
import { SerialPort } from "serialport";
import type { World, WorldProgram } from "../world.ts";

/** The balance answers a request after its own time, in ms. */
const ANSWER_AFTER_MS = 20;
const REQUEST_EVERY_MS = 1000;
const TIMEOUT_MS = 400;

function startBalance(): void {
  const port = new SerialPort({ path: "/dev/ttyS0", baudRate: 9600 });
  let weight = 1000;
  onLine(port, (line) => {
    weight += 0.5;
    const answer = line === "SI" ? `S S ${weight.toFixed(2)} g` : "ES";
    setTimeout(() => port.write(`${answer}\r\n`), ANSWER_AFTER_MS);
  });
}

function startClient(world: World, said: string[]): void {
  let waiting: NodeJS.Timeout | undefined;
  const open = () => {
    const port = new SerialPort({ path: "/dev/ttyUSB0", baudRate: 9600 });
    port.on("error", (error) => said.push(`${world.seconds} ${error.message}`));
    port.on("close", () => {
      said.push(`${world.seconds} closed`);
      setTimeout(open, 5000);
    });
    onLine(port, (line) => {
      clearTimeout(waiting);
      said.push(line);
    });
    const asking = setInterval(() => {
      if (!port.isOpen) return clearInterval(asking);
      port.write("SI\r\n");
      waiting = setTimeout(() => said.push("timeout"), TIMEOUT_MS);
    }, REQUEST_EVERY_MS);
  };
  open();
}

function onLine(port: SerialPort, callback: (line: string) => void): void {
  let text = "";
  port.on("data", (data: Buffer) => {
    const lines = (text + data.toString("latin1")).split("\r\n");
    text = lines.pop() ?? "";
    for (const line of lines) callback(line);
  });
}

const run: WorldProgram<unknown, { said: string[]; ports: string[] }> = async (world) => {
  const [balance, client] = [world.addStation("balance").host, world.addStation("client").host];
  const cable = world.serial.addCable(
    { host: balance, path: "/dev/ttyS0" },
    { host: client, path: "/dev/ttyUSB0" },
  );
  const said: string[] = [];
  await balance.start(startBalance);
  await client.start(() => startClient(world, said));
  const ports = await client.start(async () => (await SerialPort.list()).map(({ path }) => path));
  await world.sleep(2500);
  cable.change({ cut: true });
  await world.sleep(1000);
  cable.change({ cut: false });
  await world.sleep(1000);
  cable.unplug(1);
  await world.sleep(1000);
  cable.plug(1);
  await world.sleep(6000);
  return { said, ports };
};
export default run;
