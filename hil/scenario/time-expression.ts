/**
 * Times as a scenario writes them: a sum of durations, `96 h - 2 s`, and, where the author leaves it
 * to the seed, a tolerance, `100 h +- 30 min`. All become s of plant time.
 */
import { convert, type Random, unitByUcum } from "@helix/hal";
import { formatQuantity, parseQuantity, type Quantity, type Reading, read, unreadable } from "./quantity.ts";

export interface TimeExpression {
  /** Summed; the first may be negative, the others carry their operator's sign. At least one. */
  readonly terms: readonly Quantity[];
  /** The time is drawn evenly from nominal - tolerance to nominal + tolerance. Not negative. */
  readonly tolerance: Quantity | undefined;
}

export const TOLERANCE_SIGNS = ["+-", "±"] as const;
export const SUM_SIGNS = ["+", "-"] as const;
const SIGNS = [...TOLERANCE_SIGNS, ...SUM_SIGNS].map((sign) => sign.replace("+", "\\+")).join("|");
/** Operators stand between blanks, so that a sign or an exponent is not taken for one. */
const OPERATOR = new RegExp(`\\s+(${SIGNS})\\s+`);

export function parseTime(text: string): Reading<TimeExpression> {
  const parts = text.trim().split(OPERATOR);
  const terms: Quantity[] = [];
  let tolerance: Quantity | undefined;
  for (let i = 0; i < parts.length; i += 2) {
    const operator = i === 0 ? "+" : (parts[i - 1] as string);
    const term = parseDuration(parts[i] as string);
    if (!term.ok) return term;
    if (tolerance) return unreadable(`\`${text}\` goes on after its tolerance`);
    if (TOLERANCE_SIGNS.some((sign) => sign === operator)) {
      if (term.value.value < 0) return unreadable(`\`${text}\` has a negative tolerance`);
      tolerance = term.value;
    } else {
      terms.push({ value: operator === "-" ? -term.value.value : term.value.value, unit: term.value.unit });
    }
  }
  return read({ terms, tolerance });
}

/** One duration: a quantity of time, without sums. */
export function parseDuration(text: string): Reading<Quantity> {
  const quantity = parseQuantity(text);
  if (!quantity.ok) return quantity;
  const unit = unitByUcum(quantity.value.unit);
  if (unit?.quantity === "time") return quantity;
  return unreadable(
    `\`${quantity.value.unit}\`${unit ? ` (${unit.quantity})` : ""} is not a unit of time; \`s\`, \`min\`, \`h\` and \`d\` are`,
  );
}

/** s */
export const seconds = (duration: Quantity): number => convert(duration.value, duration.unit, "s");

/** Sum of the terms, s. */
export const nominalSeconds = (time: TimeExpression): number =>
  time.terms.reduce((sum, term) => sum + seconds(term), 0);

/** s; 0 for a certain time */
export const toleranceSeconds = (time: TimeExpression): number =>
  time.tolerance === undefined ? 0 : seconds(time.tolerance);

/**
 * The time of one run, in whole s, the step of the plant. A certain time takes nothing from `random`.
 */
export function drawSeconds(time: TimeExpression, random: Random): number {
  const nominal = nominalSeconds(time);
  const tolerance = toleranceSeconds(time);
  if (tolerance === 0) return Math.round(nominal);
  const drawn = nominal + tolerance * (2 * random.uniform() - 1);
  // Rounded inwards: a tolerance is kept to.
  return drawn < nominal ? Math.ceil(drawn) : Math.floor(drawn);
}

/** Text that {@link parseTime} reads back as the same time. */
export function formatTime(time: TimeExpression): string {
  const [first, ...others] = time.terms;
  if (first === undefined) throw new RangeError("a time has at least one term");
  const sum = others.map((t) =>
    Object.is(Math.sign(t.value), -1) || Object.is(t.value, -0)
      ? ` - ${formatQuantity({ ...t, value: -t.value })}`
      : ` + ${formatQuantity(t)}`,
  );
  const tolerance = time.tolerance === undefined ? "" : ` +- ${formatQuantity(time.tolerance)}`;
  return `${formatQuantity(first)}${sum.join("")}${tolerance}`;
}
