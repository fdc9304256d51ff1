/** How one trajectory ended. */

export type FailureReason =
  | "non-finite-parameter"
  | "start-out-of-bounds"
  | "step-too-small"
  | "non-finite-state"
  | "too-many-steps"
  | "too-many-events";

export interface Outcome {
  readonly index: number;
  /** Undefined when it came to its end. */
  readonly failure: { readonly reason: FailureReason; readonly detail: string } | undefined;
  /** Time reached. */
  readonly time: number;
  readonly steps: number;
  readonly rejects: number;
  readonly events: readonly { readonly name: string; readonly time: number }[];
}
