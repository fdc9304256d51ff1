/**
 * What a driver needs to know to open an OPC UA session, whichever instrument it is for.
 */
import type { DriverContext, InstrumentId } from "@helix/hal";
import { InstrumentError } from "@helix/hal";

export const SECURITY_MODES = ["SignAndEncrypt", "Sign", "None"] as const;
export type SecurityModeName = (typeof SECURITY_MODES)[number];

export const SECURITY_POLICIES = [
  "Basic256Sha256",
  "Aes128_Sha256_RsaOaep",
  "Aes256_Sha256_RsaPss",
  "None",
] as const;
export type SecurityPolicyName = (typeof SECURITY_POLICIES)[number];

export interface OpcUaSettings {
  /** opc.tcp://host:port */
  readonly endpointUrl: string;
  readonly securityMode: SecurityModeName;
  readonly securityPolicy: SecurityPolicyName;
  /** Undefined: anonymous. */
  readonly username: string | undefined;
  /** Name of the environment variable that holds the password. */
  readonly passwordEnvVar: string | undefined;
  /** ms in which nothing is heard from the server before the connection counts as lost. */
  readonly silenceLimitMs: number;
}

/** Whose session it is, and where it leads. */
export interface SessionTarget {
  readonly instrumentId: InstrumentId;
  readonly driverName: string;
  readonly settings: OpcUaSettings;
  readonly context: DriverContext;
  /** Sequence of the frame received last, for whoever must tell of a loss; 0 before the first. */
  readonly lastFrameSequence: () => bigint;
}

/**
 * The password from the environment; undefined for an anonymous session.
 *
 * @throws InstrumentError InvalidConfiguration when the variable is not named or not set
 */
export function readPassword({ driverName, settings, context }: SessionTarget): string | undefined {
  if (settings.username === undefined) return undefined;
  const variable = settings.passwordEnvVar;
  const invalid = (reason: string) =>
    new InstrumentError({ kind: "InvalidConfiguration", driverName, field: "password_env_var", reason });
  if (variable === undefined) {
    throw invalid(`user "${settings.username}" needs the name of the environment variable with the password`);
  }
  const password = context.secret(variable);
  if (password === undefined) {
    throw invalid(
      `environment variable ${variable} is not set; set it to the password of user "${settings.username}"`,
    );
  }
  return password;
}
