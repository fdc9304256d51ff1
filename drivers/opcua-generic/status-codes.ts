/**
 * OPC UA status codes out of what the stack throws, and what they mean to us. Codes: OPC 10000-6
 * annex A.1; meanings: OPC 10000-4 7.39.
 */
import type { OpcUaStack } from "./stack.ts";

export interface OpcUaStatus {
  /** e.g. "BadUserAccessDenied" */
  readonly name: string;
  /** u32 */
  readonly code: number;
}

/**
 * The status code that an error of the stack carries: as a property, in the service fault that it
 * wraps, or only by name in its text. Undefined where there is none (a socket error).
 */
export function statusOfError(stack: OpcUaStack, error: unknown): OpcUaStatus | undefined {
  const carried = error as {
    statusCode?: { name?: string; value?: number };
    response?: { responseHeader?: { serviceResult?: { name?: string; value?: number } } };
    message?: string;
  };
  const found = carried.response?.responseHeader?.serviceResult ?? carried.statusCode;
  if (found?.name !== undefined && found.value !== undefined) {
    return { name: found.name, code: found.value >>> 0 };
  }
  const known = stack.ua.StatusCodes as unknown as Record<string, { value: number } | undefined>;
  for (const [name] of (carried.message ?? "").matchAll(/\bBad[A-Z][A-Za-z]+/g)) {
    const code = known[name];
    if (code !== undefined) return { name, code: code.value >>> 0 };
  }
  return undefined;
}

/** Codes after which the session or its channel is of no more use. */
const SESSION_IS_GONE = new Set([
  "BadConnectionClosed",
  "BadNotConnected",
  "BadNoSubscription",
  "BadSecureChannelClosed",
  "BadSecureChannelIdInvalid",
  "BadServerHalted",
  "BadSessionClosed",
  "BadSessionIdInvalid",
  "BadSessionNotActivated",
  "BadShutdown",
  "BadSubscriptionIdInvalid",
]);

export const sessionIsGone = (status: OpcUaStatus): boolean => SESSION_IS_GONE.has(status.name);

/** Codes by which the server itself announces the end. */
const SAYS_GOODBYE = new Set(["BadServerHalted", "BadSessionClosed", "BadShutdown", "GoodShutdownEvent"]);

export const saysGoodbye = (status: OpcUaStatus): boolean => SAYS_GOODBYE.has(status.name);

export const statusText = (status: OpcUaStatus): string =>
  `${status.name} (0x${status.code.toString(16).toUpperCase().padStart(8, "0")})`;

const OVERFLOW_OF_A_VALUE = 0x0480;

/**
 * The server's queue overflowed just before this value (OPC 10000-4 7.39.1: info type DataValue,
 * overflow bit): at least one sample is missing.
 */
export const queueOverflowed = (code: number): boolean =>
  (code & OVERFLOW_OF_A_VALUE) === OVERFLOW_OF_A_VALUE;
