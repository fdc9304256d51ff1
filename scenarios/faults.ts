/** What goes wrong in a scenario: at a time, or when a condition comes to hold. */
import * as v from "valibot";
import { type Choose, form, type Table } from "./forms.ts";
import { name, quantity, text, time, timeSpan } from "./words.ts";

/** A fault's own keys, by what is injected: `{ drift: { rate: "quantity" }, partition: {} }`. */
export type FaultParameters = Readonly<Record<string, Readonly<Record<string, "quantity" | "count">>>>;

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

const WHAT = {
  for: timeSpan,
  on: text("<instrument>.link or <instrument>.<channel>"),
  inject: text("a fault of the catalogue, such as partition"),
};
const AT = { id: name, at: time };
const WHEN = {
  id: name,
  when: text("<value> below <quantity> or <value> above <quantity>"),
  after: v.optional(time),
  /** `at most once`: a run in which the condition never comes is still valid. */
  occurs: v.optional(v.picklist(["once", "at most once"]), "once"),
};

/** Whole numbers without a unit become text like all parameters. */
const count = v.pipe(
  v.union([v.number(), v.string()]),
  v.transform(String),
  v.description("a whole number, such as 2"),
);
const ownKeys = (keys: FaultParameters[string]): v.ObjectEntries =>
  Object.fromEntries(Object.entries(keys).map(([key, kind]) => [key, kind === "count" ? count : quantity]));

type FaultSchema = v.GenericSchema<unknown, FaultText>;
const formsOf = (what: v.ObjectEntries) => [
  form("at", v.strictObject({ ...AT, ...what }) as Table),
  form("when", v.strictObject({ ...WHEN, ...what }) as Table),
];

/** A fault takes the parameters of its kind, and, where the kind is not known, any. */
export function faultSchema(parameters: FaultParameters, choose: Choose): FaultSchema {
  const forms = new Map(
    Object.entries(parameters).map(([inject, names]) => {
      const own = ownKeys(names);
      return [inject, choose(formsOf({ ...WHAT, ...own })) as FaultSchema];
    }),
  );
  const unknown = v.objectWithRest(
    { id: name, at: v.optional(time), when: v.optional(WHEN.when), ...WHAT },
    v.any(),
  ) as FaultSchema;
  return v.lazy((input) => forms.get((input as { inject?: string } | undefined)?.inject ?? "") ?? unknown);
}

/** The same for an editor: what stands at `inject` says which keys there are. */
export const faultSchemaForEditors = (parameters: FaultParameters): FaultSchema =>
  v.union(
    Object.entries(parameters).flatMap(([inject, names]) => {
      const own = ownKeys(names);
      return formsOf({ ...WHAT, inject: v.literal(inject), ...own }).map(({ table }) => table);
    }),
  ) as v.GenericSchema as FaultSchema;
