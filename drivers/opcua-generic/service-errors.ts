/**
 * What the stack throws and nobody has given a better meaning: it crosses the contract with the
 * server's own code and words.
 */
import { InstrumentError } from "@helix/hal";
import type { SessionTarget } from "./settings.ts";
import type { OpcUaStack } from "./stack.ts";
import { statusOfError } from "./status-codes.ts";

/** An InstrumentError stays as it is; anything else becomes a VendorSdkError with it as cause. */
export function asInstrumentError(
  stack: OpcUaStack,
  { instrumentId }: SessionTarget,
  error: unknown,
): InstrumentError {
  if (error instanceof InstrumentError) return error;
  const status = statusOfError(stack, error);
  const text = (error instanceof Error ? error.message : String(error)).replaceAll(/\s*\n\s*/g, " ").trim();
  return new InstrumentError(
    {
      kind: "VendorSdkError",
      instrumentId,
      message: text,
      context: new Map([
        ["vendor_error_code", status === undefined ? "none" : String(status.code)],
        ["vendor_error_message", status?.name ?? text],
      ]),
    },
    { cause: error },
  );
}
