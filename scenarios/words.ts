/**
 * The kinds of text that a scenario is made of, each with what a person must write there. Reading takes any
 * text and says later what would have been right; an editor is given what there is to choose from.
 */
import * as v from "valibot";

export const text = (expected: string) => v.pipe(v.string(), v.description(expected));

export const name = text("a name");
export const sentence = text("text");
export const channel = text("<instrument>.<channel>");
export const moment = text("<fault>.begin, <fault>.end, <command>.sent or begin");
/** Why; goes into the ledger with the command. */
export const rationale = sentence;

type Word = v.GenericSchema<string>;

/** Text of which the reader knows more than that it is text. */
export interface Words {
  /** s of plant time since inoculation, "batch age"; `+-` draws it from the run's seed. */
  readonly time: Word;
  /** The same without `+-`. */
  readonly certainTime: Word;
  /** `end`, or a certain time. */
  readonly timeOrEnd: Word;
  readonly timeSpan: Word;
  readonly quantity: Word;
  readonly unit: Word;
  readonly twin: Word;
  readonly simulator: Word;
  readonly driver: Word;
  readonly protocol: Word;
  readonly invariant: Word;
  readonly status: Word;
}

const EXPECTED: Readonly<Record<keyof KnownPatterns, string>> = {
  time: "a time with its unit, such as 96 h, 96 h - 2 s or 100 h +- 30 min",
  certainTime: "a time with its unit, such as 96 h or 96 h - 2 s",
  timeOrEnd: "end, or a time with its unit, such as 96 h",
  timeSpan: "a duration with its unit, such as 45 s or 14 d",
  quantity: "a number with its unit, such as 0.024 L/h",
  unit: "a unit in quotes, such as '[pH]'",
};

export const ANY_WORDS: Words = {
  time: text(EXPECTED.time),
  certainTime: text(EXPECTED.certainTime),
  timeOrEnd: text(EXPECTED.timeOrEnd),
  timeSpan: text(EXPECTED.timeSpan),
  quantity: text(EXPECTED.quantity),
  unit: text(EXPECTED.unit),
  twin: name,
  simulator: name,
  driver: name,
  protocol: name,
  invariant: text("an invariant, such as every-gap-is-recorded"),
  status: text("a status, such as Streaming"),
};

/** Regular expressions (ECMA-262) of what the reader takes. */
export interface KnownPatterns {
  readonly time: string;
  readonly certainTime: string;
  readonly timeOrEnd: string;
  readonly timeSpan: string;
  readonly quantity: string;
  readonly unit: string;
}

/** What there is to choose from where a name of a kind stands, and how the rest is written. */
export interface KnownWords {
  readonly patterns: KnownPatterns;
  readonly twins: readonly string[];
  readonly simulators: readonly string[];
  readonly drivers: readonly string[];
  readonly protocols: readonly string[];
  readonly invariants: readonly string[];
  readonly statuses: readonly string[];
}

export const wordsOf = ({ patterns, ...known }: KnownWords): Words => {
  const like = (kind: keyof KnownPatterns) => patterned(patterns[kind], EXPECTED[kind]);
  return {
    time: like("time"),
    certainTime: like("certainTime"),
    timeOrEnd: like("timeOrEnd"),
    timeSpan: like("timeSpan"),
    quantity: like("quantity"),
    unit: like("unit"),
    twin: v.picklist(known.twins),
    simulator: v.picklist(known.simulators),
    driver: v.picklist(known.drivers),
    protocol: v.picklist(known.protocols),
    invariant: v.picklist(known.invariants),
    status: v.picklist(known.statuses),
  };
};

export const patterned = (pattern: string, expected: string): Word =>
  v.pipe(v.string(), v.regex(new RegExp(pattern)), v.description(expected));

export const count = (atLeast: number) => v.pipe(v.number(), v.integer(), v.minValue(atLeast));

export const bounds = v.pipe(
  v.strictTuple([v.number(), v.number()]),
  v.description("two numbers, the lower first, such as [3, 12]"),
);
