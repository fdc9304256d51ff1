/** A model as written, before names and units are checked. */
import type { Place } from "./diagnostic.ts";

export type Expression = Place &
  (
    | {
        readonly kind: "number";
        readonly value: number;
        readonly unit: string | undefined;
        readonly unitPlace: Place;
      }
    | { readonly kind: "name"; readonly name: string }
    | { readonly kind: "negative"; readonly of: Expression }
    | {
        readonly kind: "binary";
        readonly operator: BinaryOperator;
        readonly left: Expression;
        readonly right: Expression;
      }
    | { readonly kind: "call"; readonly callee: string; readonly arguments: readonly Expression[] }
  );

export type BinaryOperator = "+" | "-" | "*" | "/" | "^" | "<" | "<=" | ">" | ">=";

export interface WrittenUnit {
  readonly text: string;
  readonly place: Place;
}

export interface Bounds extends Place {
  readonly low: number;
  readonly high: number;
}

/** `name = value in unit as unit within low .. high tolerance x noise y "text" source "where from"` */
export interface Declaration extends Place {
  readonly name: string;
  readonly value: Expression;
  readonly unit: WrittenUnit | undefined;
  /** What a bare number counts, for those who read it. */
  readonly counted: WrittenUnit | undefined;
  readonly bounds: Bounds | undefined;
  readonly tolerance: number | undefined;
  readonly noise: number | undefined;
  readonly text: string;
  readonly source: string;
}

/** `from 48 h 0.0006 L/h`, under an input. */
export interface Change extends Place {
  readonly input: string;
  readonly time: Expression;
  readonly value: Expression;
}

export interface EventSyntax extends Place {
  readonly name: string;
  readonly watched: Expression;
  readonly threshold: Expression;
  readonly direction: 1 | -1;
  readonly actions: readonly { readonly place: Place; readonly target: string; readonly value: Expression }[];
  readonly stops: boolean;
}

export interface Balance extends Place {
  readonly name: string;
  readonly amount: Expression;
  readonly rate: Expression;
}

/** `probe = first-order-probe(signal = DO, lag = 30 s)`; without a name in front, names stay as they are. */
export interface Use extends Place {
  readonly as: string | undefined;
  readonly part: string;
  readonly given: readonly { readonly place: Place; readonly name: string; readonly value: Expression }[];
}

export interface ModelSyntax {
  /** A part is used in models and need not have states of its own. */
  readonly kind: "model" | "part";
  readonly name: string;
  readonly title: string;
  readonly source: string;
  readonly about: string;
  readonly time: {
    readonly name: string;
    readonly unit: string;
    readonly end: number;
    readonly place: Place;
  };
  readonly parameters: readonly Declaration[];
  readonly inputs: readonly Declaration[];
  readonly changes: readonly Change[];
  readonly states: readonly Declaration[];
  readonly algebra: readonly Declaration[];
  readonly equations: readonly (Place & { readonly state: string; readonly value: Expression })[];
  readonly events: readonly EventSyntax[];
  readonly sensors: readonly Declaration[];
  readonly balances: readonly Balance[];
  readonly uses: readonly Use[];
  /** Names that came with used parts: nobody has to use them all. */
  readonly fromParts: ReadonlySet<string>;
}
