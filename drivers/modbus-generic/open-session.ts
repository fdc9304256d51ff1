/**
 * Opens a connection and makes sure that the instrument behind it is the one configured: its serial
 * number, and every register that the configuration names.
 */
import { type ConnectionConfig, type DriverContext, InstrumentError } from "@helix/hal";
import type { ModbusChannel } from "./channels.ts";
import { describeException } from "./codec/answer.ts";
import type { ModbusGenericConfig } from "./config.ts";
import { asInstrumentError, type ErrorTarget } from "./errors.ts";
import { Deadline } from "./link/deadline.ts";
import type { LateAnswers } from "./link/late-answers.ts";
import { causeText, type ExchangeLimits, ExchangeTimeout, type ModbusLink } from "./link/link.ts";
import { RtuLink } from "./link/rtu-link.ts";
import { TcpLink } from "./link/tcp-link.ts";
import { blocksOf, probesFor, type RegisterBlock, setpointBlock, valueBlock } from "./read-plan.ts";
import { ModbusSession } from "./session.ts";

export interface SessionPlan {
  readonly driverName: string;
  readonly config: ModbusGenericConfig;
  readonly channels: readonly ModbusChannel[];
  readonly target: ErrorTarget;
  readonly context: DriverContext;
  /** Of this instrument's line, over all connections. */
  readonly late: LateAnswers;
}

export const endpointOf = (config: ModbusGenericConfig): string =>
  config.transport === "tcp"
    ? `${config.host}:${config.port} unit ${config.unit_id}`
    : `${config.serial_port} unit ${config.unit_id}`;

/**
 * @throws InstrumentError ConnectionRefused, Timeout, InvalidConfiguration, ProtocolViolation; nothing
 *   stays open then
 */
export async function openSession(plan: SessionPlan, config: ConnectionConfig): Promise<ModbusSession> {
  const limits = { operation: "connect", budgetMs: config.timeoutMs, signal: config.signal };
  const link = await openLink(plan, limits);
  const session = new ModbusSession(link, plan.target, config.readOnly);
  try {
    await verify(session, plan, {
      ...limits,
      budgetMs: Math.min(config.timeoutMs, plan.config.request_timeout_ms),
    });
    return session;
  } catch (error) {
    await link.close();
    throw error;
  }
}

async function openLink(plan: SessionPlan, limits: ExchangeLimits): Promise<ModbusLink> {
  const { config, context } = plan;
  try {
    return config.transport === "tcp"
      ? await openTcp(config.host, config.port, config.unit_id, context, limits)
      : await RtuLink.open(context.clock, context.serial, rtuSettings(plan), plan.late, limits);
  } catch (error) {
    if (error instanceof ExchangeTimeout) throw asInstrumentError(plan.target, error, 0);
    throw refused(plan.target, error);
  }
}

async function openTcp(
  host: string,
  port: number,
  unitId: number,
  { net, clock, log }: DriverContext,
  limits: ExchangeLimits,
): Promise<TcpLink> {
  const attempt = new AbortController();
  const deadline = new Deadline(clock, limits);
  try {
    const connection = await deadline.race(net.connect({ host, port, signal: attempt.signal }));
    return new TcpLink(clock, connection, unitId, log);
  } catch (error) {
    attempt.abort(error);
    throw error;
  } finally {
    deadline.release();
  }
}

function rtuSettings({ config, channels }: SessionPlan) {
  if (config.transport !== "rtu") throw new Error("no serial line is configured: invariant broken");
  const { serial_port: path, baud_rate: baudRate, data_bits: dataBits, parity, stop_bits: stopBits } = config;
  return {
    line: { path, baudRate, dataBits, parity, stopBits } as const,
    unitId: config.unit_id,
    probes: probesFor(blocksOf(channels)),
  };
}

async function verify(session: ModbusSession, plan: SessionPlan, limits: ExchangeLimits): Promise<void> {
  if (plan.config.ask_identification) await identifyIfItCan(session, limits);
  await checkSerialNumber(session, plan, limits);
  for (const [index, channel] of plan.channels.entries()) {
    const { id } = channel.descriptor;
    await demandRegisters(session, plan, valueBlock(channel), `registers[${index}].register`, id, limits);
    const setpoint = setpointBlock(channel);
    const field = `registers[${index}].setpoint_register`;
    if (setpoint) await demandRegisters(session, plan, setpoint, field, id, limits);
  }
}

/** A server made with libmodbus sleeps 500 ms over an unknown function, and drops what comes meanwhile. */
const IDENTIFICATION_BUDGET_MS = 1500;

/** Many instruments lack the function, and some do not even say so. */
async function identifyIfItCan(session: ModbusSession, limits: ExchangeLimits): Promise<void> {
  try {
    await session.identify({ ...limits, budgetMs: Math.max(limits.budgetMs, IDENTIFICATION_BUDGET_MS) });
  } catch (error) {
    const isSilent = error instanceof InstrumentError && error.kind === "Timeout" && !limits.signal.aborted;
    if (!isSilent) throw error;
  }
}

async function checkSerialNumber(
  session: ModbusSession,
  { config, driverName }: SessionPlan,
  limits: ExchangeLimits,
): Promise<void> {
  const { identification: place, serial_number: expected } = config;
  if (place === undefined || expected === undefined) return;
  const read = await session.read(
    { table: place.table, address: place.register, quantity: place.length },
    limits,
  );
  if (typeof read === "number") {
    throw session.invalid(driverName, "identification", describeException(read));
  }
  const told = textIn(read);
  if (told === expected) return;
  const reason = `the instrument says that it is "${told}", not "${expected}": correct the address or the serial number`;
  throw session.invalid(driverName, "serial_number", reason);
}

/** A register that there is not shows now, and not as a bad value for ever. */
async function demandRegisters(
  session: ModbusSession,
  { driverName }: SessionPlan,
  block: RegisterBlock,
  field: string,
  channelId: number,
  limits: ExchangeLimits,
): Promise<void> {
  const read = await session.read(block, limits, channelId);
  if (typeof read !== "number" || !NO_SUCH_THING.has(read)) return;
  const last = block.address + block.quantity - 1;
  const name = `${block.table} registers ${block.address} to ${last}`;
  throw session.invalid(driverName, field, `${name}: ${describeException(read)}; correct the register`);
}

/** Illegal function, illegal address. */
const NO_SUCH_THING: ReadonlySet<number> = new Set([1, 2]);

/** ASCII, two characters a register, high byte first; padded with zeros or spaces. */
function textIn(registers: readonly number[]): string {
  const bytes = registers.flatMap((word) => [word >> 8, word & 0xff]);
  return String.fromCharCode(...bytes.filter((byte) => byte !== 0)).trim();
}

function refused({ instrumentId, endpoint }: ErrorTarget, error: unknown): InstrumentError {
  const code = (error as { code?: unknown } | undefined)?.code;
  const advice = typeof code === "string" ? ADVICE[code] : undefined;
  return new InstrumentError(
    {
      kind: "ConnectionRefused",
      instrumentId,
      endpoint,
      reason: advice ? `${advice} (${String(code)})` : causeText(error),
      vendorErrorCode: undefined,
    },
    { cause: error },
  );
}

const ADVICE: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there; start the instrument's server or correct the address",
  ENOTFOUND: "the host name is not known; correct it",
  EAI_AGAIN: "the host name is not known; correct it",
  EHOSTUNREACH: "the host cannot be reached; check the network",
  ENETUNREACH: "the host cannot be reached; check the network",
  ENOENT: "there is no such serial port; plug the converter in or correct serial_port",
  EACCES: "the serial port may not be opened; give this user access to it",
  EBUSY: "another program holds the serial port; end it",
};
