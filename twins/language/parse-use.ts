/** One line under `uses`: `probe = first-order-probe(signal = DO, lag = 30 s)`, or a part without a name. */
import { LineError, type Place } from "./diagnostic.ts";
import { parseExpression } from "./expression-parser.ts";
import type { Use } from "./syntax.ts";
import type { TokenReader } from "./token-reader.ts";

/** @throws LineError */
export function parseUse(reader: TokenReader): Use {
  const place = reader.place();
  const first = hyphenated(reader);
  const isNamed = reader.takeIf("=");
  if (isNamed && first.includes("-")) throw new LineError(place, `a name has no hyphen: "${first}"`);
  const part = isNamed ? hyphenated(reader) : first;
  const given: { place: Place; name: string; value: ReturnType<typeof parseExpression> }[] = [];
  if (reader.takeIf("(")) {
    do {
      const at = reader.place();
      const name = reader.name("what the part is given");
      if (given.some((other) => other.name === name)) throw new LineError(at, `${name} is given twice`);
      reader.expect("=", `after ${name}`);
      given.push({ place: at, name, value: parseExpression(reader) });
    } while (reader.takeIf(","));
    reader.expect(")", `to close ${part}(`);
  }
  return { ...place, as: isNamed ? first : undefined, part, given };
}

/** Names of models have hyphens. */
function hyphenated(reader: TokenReader): string {
  let name = reader.name("the name of a part");
  while (reader.takeIf("-")) name += `-${reader.name("the rest of the part's name")}`;
  return name;
}
