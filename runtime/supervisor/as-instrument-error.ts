import { InstrumentError } from "@helix/hal";
import { DeadlineError } from "@helix/platform";

/**
 * What a driver threw, as the contract names it: our own deadline is a Timeout, and anything that
 * is no InstrumentError is kept whole as the cause of a VendorSdkError.
 */
export function asInstrumentError(error: unknown, instrumentId: string, operation: string): InstrumentError {
  if (error instanceof InstrumentError) return error;
  if (error instanceof DeadlineError) {
    return new InstrumentError(
      { kind: "Timeout", instrumentId, operation, budgetMs: error.budgetMs },
      { cause: error },
    );
  }
  const message = error instanceof Error ? error.message : String(error);
  const code = (error as { code?: unknown } | undefined)?.code;
  const context = new Map([
    ["vendor_error_code", typeof code === "string" || typeof code === "number" ? `${code}` : "none"],
    ["vendor_error_message", message],
  ]);
  return new InstrumentError(
    { kind: "VendorSdkError", instrumentId, message: `${operation}: ${message}`, context },
    { cause: error },
  );
}
