/**
 * The mistake that everybody makes once: a unit with braces or brackets, such as %{airsat}/h or
 * [pH], without quotes inside `{ ... }`, where YAML takes the brace for the start of a mapping.
 */
export interface UnquotedUnit {
  /** Offset of the value's first character. */
  readonly begin: number;
  /** The whole value as it stands there. */
  readonly text: string;
  readonly brackets: "a brace" | "a bracket";
  readonly starts: "mapping" | "list";
  /** The file with the value made harmless, all offsets kept. */
  readonly mended: string;
}

/** The value around `offset`, where YAML stumbled, if it is such a unit. */
export function unquotedUnit(text: string, offset: number): UnquotedUnit | undefined {
  const lineStart = text.lastIndexOf("\n", offset - 1) + 1;
  const colon = text.lastIndexOf(": ", offset);
  if (colon < lineStart) return undefined;
  const begin = colon + 2;
  const value = text.slice(begin, valueEnd(text, begin)).trimEnd();
  // A number before the bracket, or a unit around it: a mapping or list proper has neither.
  const unit = /^(?:[+-]?[\d.]+(?:[eE][+-]?\d+)?\s*)?[^\s'"{}[\],:]*([{[])[^{}[\],:]*[}\]][^\s'"]*$/.exec(
    value,
  );
  if (!unit) return undefined;
  const brace = unit[1] === "{";
  const harmless = value.replaceAll(/[{[]/g, "(").replaceAll(/[}\]]/g, ")");
  return {
    begin,
    text: value,
    brackets: brace ? "a brace" : "a bracket",
    starts: brace ? "mapping" : "list",
    mended: text.slice(0, begin) + harmless + text.slice(begin + value.length),
  };
}

/** Offset of the comma, closing brace or line end that ends the value starting at `begin`. */
function valueEnd(text: string, begin: number): number {
  let depth = 0;
  for (let i = begin; i < text.length; i++) {
    const c = text[i];
    if (c === "\n") return i;
    if (c === "{" || c === "[") depth += 1;
    else if (c === "}" || c === "]") depth -= 1;
    if (depth < 0 || (depth === 0 && c === ",")) return i;
  }
  return text.length;
}
