/**
 * Reads the text of a model, line by line. A section name stands alone at the start of a line; what
 * belongs to it is indented. Every line in error is reported, not only the first.
 */
import { type Diagnostic, LineError, ModelError, type Place } from "./diagnostic.ts";
import { parseExpression, parseSigned } from "./expression-parser.ts";
import { nearest } from "./nearest.ts";
import { parseDeclaration } from "./parse-declaration.ts";
import { type Draft, emptyDraft, finishDraft } from "./parse-draft.ts";
import { parseUse } from "./parse-use.ts";
import type { ModelSyntax } from "./syntax.ts";
import { TokenReader } from "./token-reader.ts";
import { tokenize } from "./tokens.ts";

type Section = (reader: TokenReader, draft: Draft) => void;

const SECTIONS: Readonly<Record<string, Section>> = {
  parameters: (reader, draft) => void draft.parameters.push(parseDeclaration(reader)),
  inputs: parseInput,
  states: (reader, draft) => void draft.states.push(parseDeclaration(reader)),
  algebra: (reader, draft) => void draft.algebra.push(parseDeclaration(reader)),
  equations: parseEquation,
  events: parseEvent,
  sensors: (reader, draft) => void draft.sensors.push(parseDeclaration(reader)),
  balances: parseBalance,
  uses: (reader, draft) => void draft.uses.push(parseUse(reader)),
};

const HEADERS: Readonly<Record<string, Section>> = {
  title: (reader, draft) => void (draft.title = reader.string("a title")),
  source: (reader, draft) => void (draft.source = reader.string("a source")),
  time: parseTime,
};

/** Under a heading that is not known, lines are passed over: the heading is the one error. */
const UNKNOWN = "unknown";

/** @throws ModelError with every line that cannot be read; the text's first line is `firstLine` of the file */
export function parseModel(text: string, file: string, firstLine = 1): ModelSyntax {
  const draft = emptyDraft();
  const problems: Diagnostic[] = [];
  let section: string | undefined;
  text.split(/\r?\n/).forEach((lineText, index) => {
    if (/^\s*(#.*)?$/.test(lineText)) return;
    try {
      section = readLine(lineText, index + firstLine, section, draft);
    } catch (error) {
      if (!(error instanceof LineError)) throw error;
      problems.push({ ...error.place, severity: "error", message: error.message });
      if (!/^\s/.test(lineText)) section = UNKNOWN;
    }
  });
  if (problems.length > 0) throw new ModelError(file, problems);
  return finishDraft(draft, file);
}

/** The section that the next line belongs to. @throws LineError */
function readLine(text: string, line: number, section: string | undefined, draft: Draft): string | undefined {
  if (!/^\s/.test(text)) return readHeading(text, line, draft);
  if (section === UNKNOWN) return section;
  if (section === "about") {
    draft.about.push(text.trim());
    return section;
  }
  const parse = section === undefined ? undefined : SECTIONS[section];
  if (!parse) throw new LineError({ line, column: 1 }, "an indented line before the first section");
  const reader = new TokenReader(tokenize(text, line));
  parse(reader, draft);
  if (!reader.atEnd()) reader.fail("expected the end of the line");
  return section;
}

function readHeading(text: string, line: number, draft: Draft): string | undefined {
  const heading = /^(model|part)\s+([A-Za-z][-A-Za-z0-9]*)\s*$/.exec(text);
  if (heading) {
    draft.kind = heading[1] === "part" ? "part" : "model";
    draft.name = heading[2];
    return undefined;
  }
  const word = /^[A-Za-z]+/.exec(text)?.[0] ?? "";
  const header = HEADERS[word];
  if (header) {
    const reader = new TokenReader(tokenize(text, line));
    reader.take();
    header(reader, draft);
    if (!reader.atEnd()) reader.fail("expected the end of the line");
    return undefined;
  }
  if (text.trim() === word && (word in SECTIONS || word === "about")) return word;
  const known = ["model", "part", "about", ...Object.keys(HEADERS), ...Object.keys(SECTIONS)];
  const guess = nearest(word, known);
  const help = guess ? `did you mean ${guess}?` : `known: ${known.join(", ")}`;
  throw new LineError({ line, column: 1 }, `"${text.trim()}" is not a section: ${help}`);
}

/** `time t until 336 h` */
function parseTime(reader: TokenReader, draft: Draft): void {
  const place = reader.place();
  const name = reader.name("the name of the time variable");
  reader.expect("until", "after the time variable");
  const token = reader.peek();
  if (token.kind !== "number" || token.unit === undefined) reader.fail("expected an end time with its unit");
  reader.take();
  draft.time = { name, unit: token.unit, end: token.value, place };
}

/** An input, or `from <time> <value>` for the input above. */
function parseInput(reader: TokenReader, draft: Draft): void {
  const place = reader.place();
  if (!reader.takeIf("from")) {
    draft.inputs.push(parseDeclaration(reader));
    return;
  }
  const input = draft.inputs.at(-1);
  if (!input) throw new LineError(place, '"from" before any input');
  const time = parseSigned(reader);
  draft.changes.push({ ...place, input: input.name, time, value: parseSigned(reader) });
}

/** `dV/dt = expression` */
function parseEquation(reader: TokenReader, draft: Draft): void {
  const place = reader.place();
  const left = reader.name("d<state>/dt");
  if (!/^d./.test(left)) throw new LineError(place, `expected d<state>/dt, found "${left}"`);
  reader.expect("/", `after ${left}`);
  reader.expect("dt", `after ${left}/`);
  reader.expect("=", `after ${left}/dt`);
  draft.equations.push({ ...place, state: left.slice(1), value: parseExpression(reader) });
}

/** `name: when x falls below y then a = b, stop` */
function parseEvent(reader: TokenReader, draft: Draft): void {
  const place = reader.place();
  const name = reader.name("the event's name");
  reader.expect(":", "after the event's name");
  reader.expect("when", "in an event");
  const watched = parseExpression(reader);
  const direction = parseDirection(reader);
  const threshold = parseExpression(reader);
  reader.expect("then", "after the event's threshold");
  const actions: { place: Place; target: string; value: ReturnType<typeof parseExpression> }[] = [];
  let stops = false;
  do {
    const at = reader.place();
    const target = reader.name("a state to set, or stop");
    if (target === "stop") stops = true;
    else {
      reader.expect("=", `after ${target}`);
      actions.push({ place: at, target, value: parseExpression(reader) });
    }
  } while (reader.takeIf(","));
  draft.events.push({ ...place, name, watched, threshold, direction, actions, stops });
}

function parseDirection(reader: TokenReader): 1 | -1 {
  if (reader.takeIf("rises")) {
    reader.expect("above", "after rises");
    return 1;
  }
  reader.expect("falls", 'or "rises" after what is watched');
  reader.expect("below", "after falls");
  return -1;
}

/** `glucose: d(V * Glc)/dt = rate` */
function parseBalance(reader: TokenReader, draft: Draft): void {
  const place = reader.place();
  const name = reader.name("the balance's name");
  reader.expect(":", "after the balance's name");
  reader.expect("d", "in a balance");
  reader.expect("(", "after d");
  const amount = parseExpression(reader);
  reader.expect(")", "to close d(");
  reader.expect("/", "after d(...)");
  reader.expect("dt", "after d(...)/");
  reader.expect("=", "after d(...)/dt");
  draft.balances.push({ ...place, name, amount, rate: parseExpression(reader) });
}
