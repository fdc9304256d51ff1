/** The names of a model: what each is, its unit, and whether anything uses it. */
import type { CompoundUnit } from "../units/unit-algebra.ts";
import { type Diagnostic, FollowingError, LineError, type Place } from "./diagnostic.ts";
import { FUNCTION_NAMES } from "./functions.ts";
import type { Scope } from "./units-of-expression.ts";

export type NameKind = "time" | "parameter" | "input" | "state" | "algebra";

interface Entry {
  readonly kind: NameKind;
  readonly unit: CompoundUnit;
  readonly place: Place;
  used: boolean;
}

export class Names implements Scope {
  readonly #entries = new Map<string, Entry>();
  readonly #broken = new Map<string, Place>();
  readonly #problems: Diagnostic[];

  constructor(problems: Diagnostic[]) {
    this.#problems = problems;
  }

  get names(): Iterable<string> {
    return this.#entries.keys();
  }

  unitOf(name: string): CompoundUnit | undefined {
    const entry = this.#entries.get(name);
    const broken = entry ? undefined : this.#broken.get(name);
    if (broken) throw new FollowingError(broken, `"${name}" is in error`);
    if (entry) entry.used = true;
    return entry?.unit;
  }

  /** Its own line is in error: lines that use it are not blamed for that. */
  markBroken(name: string, place: Place): void {
    this.#broken.set(name, place);
  }

  /** Not a use. */
  unitOfState(name: string): CompoundUnit | undefined {
    const entry = this.#entries.get(name);
    return entry?.kind === "state" ? entry.unit : undefined;
  }

  /** @throws LineError when the name is taken */
  define(name: string, unit: CompoundUnit, place: Place, kind: NameKind): void {
    const earlier = this.#entries.get(name);
    if (earlier) {
      throw new LineError(
        place,
        `"${name}" is defined twice: first as ${earlier.kind} in line ${earlier.place.line}`,
      );
    }
    if (FUNCTION_NAMES.includes(name)) throw new LineError(place, `"${name}" is the name of a function`);
    this.#entries.set(name, { unit, kind, place, used: false });
  }

  /** A view in which only names of one kind are known. */
  only(kind: NameKind): Scope {
    const visible = [...this.#entries].filter(([, entry]) => entry.kind === kind).map(([name]) => name);
    const known = (name: string) => visible.includes(name) || this.#broken.has(name);
    return { names: visible, unitOf: (name) => (known(name) ? this.unitOf(name) : undefined) };
  }

  /** A parameter, input or algebraic line that nothing uses is most often a slip in another line. */
  reportUnused(fromParts: ReadonlySet<string>): void {
    for (const [name, entry] of this.#entries) {
      if (entry.used || fromParts.has(name) || entry.kind === "time" || entry.kind === "state") continue;
      const { line, column } = entry.place;
      this.#problems.push({
        line,
        column,
        severity: "warning",
        message: `${entry.kind} ${name} is never used`,
      });
    }
  }
}
