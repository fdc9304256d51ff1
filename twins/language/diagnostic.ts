/** What the model reader says to the person who wrote the model: where, what, and what to do. */

/** Both start at 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface Diagnostic extends Place {
  readonly severity: "error" | "warning";
  readonly message: string;
}

export const formatDiagnostic = (file: string, d: Diagnostic): string =>
  `${file}:${d.line}:${d.column}: ${d.severity}: ${d.message}`;

/** A model that cannot be used. `diagnostics` holds every error found, and the warnings, by place. */
export class ModelError extends Error {
  override readonly name = "ModelError";
  readonly diagnostics: readonly Diagnostic[];

  constructor(file: string, diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map((d) => formatDiagnostic(file, d)).join("\n"));
    this.diagnostics = diagnostics;
  }
}

/** Stops the reading of one line; the parser notes it and goes on with the next. */
export class LineError extends Error {
  readonly place: Place;

  constructor(place: Place, message: string) {
    super(message);
    this.place = place;
  }
}

/** A line that uses a name whose own line is in error: said there, not here again. */
export class FollowingError extends LineError {}
