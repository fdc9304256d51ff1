/** What goes wrong in a scenario: at a time, or when a condition comes to hold. */
import * as v from "valibot";
import { type Choose, form, type Table } from "./forms.ts";
import { ANY_WORDS, name, patterned, text, type Words } from "./words.ts";

/** A whole number, one of some words, or text that a regular expression (ECMA-262) describes. */
export type ParameterKind =
  | "count"
  | { readonly words: readonly string[] }
  | { readonly pattern: string; readonly expected: string };

/** A fault's own keys, by what is injected: `{ restart: {}, duplicate: { every: "count" } }`. */
export type FaultParameters = Readonly<Record<string, Readonly<Record<string, ParameterKind>>>>;

export interface FaultText {
  readonly id: string;
  /** Either a time ... */
  readonly at?: string | undefined;
  /** ... or a condition, looked for from `after` on. */
  readonly when?: string | undefined;
  readonly after?: string | undefined;
  readonly occurs?: "once" | "at most once" | undefined;
  readonly for: string;
  readonly on: string;
  readonly inject: string;
  /** Parameters, quantities as text. */
  readonly [parameter: string]: string | undefined;
}

const what = ({ timeSpan }: Words) => ({
  for: timeSpan,
  on: text("<instrument>.link or <instrument>.<channel>"),
  inject: text("a fault of the catalogue, such as partition"),
});
const condition = text("<value> below <quantity> or <value> above <quantity>");

/** Whole numbers without a unit become text like all parameters. */
const count = v.pipe(
  v.union([v.number(), v.string()]),
  v.transform(String),
  v.description("a whole number, such as 2"),
);
const ownKeys = (
  keys: FaultParameters[string],
  schemaOf: (kind: Exclude<ParameterKind, "count">) => v.GenericSchema<string>,
): v.ObjectEntries =>
  Object.fromEntries(
    Object.entries(keys).map(([key, kind]) => [key, kind === "count" ? count : schemaOf(kind)]),
  );
/** What the reader takes: whether the text is right is its to say. */
const anyText = (kind: Exclude<ParameterKind, "count">) =>
  "words" in kind ? text(`one of: ${kind.words.join(", ")}`) : text(kind.expected);
const rightText = (kind: Exclude<ParameterKind, "count">) =>
  "words" in kind ? v.picklist(kind.words) : patterned(kind.pattern, kind.expected);

type FaultSchema = v.GenericSchema<unknown, FaultText>;
const formsOf = ({ time, certainTime }: Words, keys: v.ObjectEntries) => [
  form("at", v.strictObject({ id: name, at: time, ...keys }) as Table),
  form(
    "when",
    v.strictObject({
      id: name,
      when: condition,
      after: v.optional(certainTime),
      /** `at most once`: a run in which the condition never comes is still valid. */
      occurs: v.optional(v.picklist(["once", "at most once"]), "once"),
      ...keys,
    }) as Table,
  ),
];

/** A fault takes the parameters of its kind, and, where the kind is not known, any. */
export function faultSchema(parameters: FaultParameters, choose: Choose): FaultSchema {
  const common = what(ANY_WORDS);
  const forms = new Map(
    Object.entries(parameters).map(([inject, names]) => {
      const keys = { ...common, ...ownKeys(names, anyText) };
      return [inject, choose(formsOf(ANY_WORDS, keys)) as FaultSchema];
    }),
  );
  const unknown = v.objectWithRest(
    { id: name, at: v.optional(ANY_WORDS.time), when: v.optional(condition), ...common },
    v.any(),
  ) as FaultSchema;
  return v.lazy((input) => forms.get((input as { inject?: string } | undefined)?.inject ?? "") ?? unknown);
}

/** The same for an editor: what stands at `inject` says which keys there are. */
export const faultSchemaForEditors = (parameters: FaultParameters, words: Words): FaultSchema =>
  v.union(
    Object.entries(parameters).flatMap(([inject, names]) => {
      const keys = { ...what(words), inject: v.literal(inject), ...ownKeys(names, rightText) };
      return formsOf(words, keys).map(({ table }) => table);
    }),
  ) as v.GenericSchema as FaultSchema;
