/**
 * What went wrong while connecting, as one line that says what to do.
 */
import { InstrumentError } from "@helix/hal";
import type { SessionTarget } from "./settings.ts";
import type { OpcUaStack } from "./stack.ts";
import { type OpcUaStatus, statusOfError, statusText } from "./status-codes.ts";

/** Any failure of a connection attempt as the contract knows it; an InstrumentError stays as it is. */
export function connectError(
  stack: OpcUaStack | undefined,
  target: SessionTarget,
  error: unknown,
): InstrumentError {
  if (error instanceof InstrumentError) return error;
  const status = stack && statusOfError(stack, error);
  return new InstrumentError(
    {
      kind: "ConnectionRefused",
      instrumentId: target.instrumentId,
      endpoint: target.settings.endpointUrl,
      reason: status ? refusal(status, target) : socketFailure(error, target),
      vendorErrorCode: status?.code,
    },
    { cause: error },
  );
}

function refusal(status: OpcUaStatus, { settings, context }: SessionTarget): string {
  const code = statusText(status);
  switch (status.name) {
    case "BadUserAccessDenied":
    case "BadIdentityTokenRejected":
    case "BadIdentityTokenInvalid":
      return settings.username === undefined
        ? `the server lets nobody in without a user name (${code}); set username and password_env_var`
        : `user name or password of "${settings.username}" not accepted (${code}); check the variable ${settings.passwordEnvVar}`;
    case "BadSecurityChecksFailed":
    case "BadCertificateUntrusted":
      return `the server does not trust our certificate (${code}); trust ${context.pkiFolder}/own/certs/client_certificate.pem at the instrument`;
    case "BadTooManySessions":
      return `the server has no session left (${code}); close another client`;
    default:
      return `the server answered ${code}`;
  }
}

const SOCKET_CODES = /\b(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|ECONNRESET)\b/;

function socketFailure(error: unknown, { settings }: SessionTarget): string {
  const text = error instanceof Error ? error.message : String(error);
  const code = SOCKET_CODES.exec(`${(error as NodeJS.ErrnoException).code ?? ""} ${text}`)?.[1];
  switch (code) {
    case "ECONNREFUSED":
      return `nothing listens there (${code}); start the server or correct the address`;
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `the host name in ${settings.endpointUrl} is not known (${code}); correct it`;
    case "EHOSTUNREACH":
    case "ENETUNREACH":
      return `the host cannot be reached (${code}); check the network`;
    case undefined:
      return oneLine(text);
    default:
      return `the connection broke while it was being opened (${code})`;
  }
}

const oneLine = (text: string) => text.replaceAll(/\s*\n\s*/g, " ").trim();
