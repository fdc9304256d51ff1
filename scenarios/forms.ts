/**
 * A table that takes one of several forms, told apart by a key that only some of them have, so that
 * a slip of the pen is reported against the form that was meant and not against all of them.
 */
import * as v from "valibot";

export type Table = v.StrictObjectSchema<v.ObjectEntries, undefined>;

export interface Form<T extends Table = Table> {
  /** An entry with this key may be of this form. */
  readonly by: string;
  readonly table: T;
}

/** Combines forms into a schema: for reading, or for an editor. */
export type Choose = <F extends readonly Form[]>(forms: F) => v.GenericSchema<unknown, Chosen<F>>;
type Chosen<F extends readonly Form[]> = v.InferOutput<F[number]["table"]>;

export const form = <T extends Table>(by: string, table: T): Form<T> => ({ by, table });

/** The form that fits the keys of the input best; of several, the first. */
export const nearestForm: Choose = <F extends readonly Form[]>(forms: F) => {
  const everyKey = Object.assign({}, ...forms.map(({ table }) => table.entries)) as v.ObjectEntries;
  const words = [...new Set(forms.map(({ by }) => by))];
  // An entry of no form is refused, and the message names the keys of all of them.
  const noForm = v.pipe(
    v.partial(v.strictObject(everyKey)),
    v.check(() => false, `one of the keys ${words.join(", ")} must be there`),
  ) as unknown as Table;
  return v.lazy((input): Table => {
    if (typeof input !== "object" || input === null) return noForm;
    const shared = ({ table }: Form) => Object.keys(table.entries).filter((key) => key in input).length;
    const candidates = forms.filter(({ by }) => by in input);
    return candidates.toSorted((a, b) => shared(b) - shared(a))[0]?.table ?? noForm;
  }) as v.GenericSchema<unknown, Chosen<F>>;
};

/** All forms side by side, as JSON Schema has them. */
export const anyForm: Choose = <F extends readonly Form[]>(forms: F) =>
  v.union(forms.map(({ table }) => table)) as v.GenericSchema<unknown, Chosen<F>>;
