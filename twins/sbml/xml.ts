/** XML as a tree of elements with their places. No document types, no entities beyond the five of XML. */
import { SaxesParser } from "saxes";
import type { Place } from "../language/diagnostic.ts";
import { type Origin, SbmlError, wrong } from "./sbml-error.ts";

export interface Element extends Origin {
  /** Without prefix. */
  readonly name: string;
  readonly namespace: string;
  /** Attributes without prefix. */
  readonly attributes: ReadonlyMap<string, string>;
  /** Namespaces declared here. */
  readonly declared: readonly string[];
  /** Attributes with prefix, as namespace and name. */
  readonly foreign: readonly { readonly namespace: string; readonly name: string; readonly value: string }[];
  readonly children: readonly Element[];
  /** All text directly in this element, in order, split at the child elements. */
  readonly texts: readonly string[];
}

interface Open extends Element {
  readonly children: Element[];
  readonly texts: string[];
}

/** @throws SbmlError with the place where the text stops being XML */
export function parseXml(text: string, file: string): Element {
  const parser = new SaxesParser({ xmlns: true, position: true });
  const open: Open[] = [];
  let root: Element | undefined;
  parser.on("error", (error) => {
    const message = error.message.replace(/^\d+:\d+: /, "");
    throw wrong(placeIn(parser, file), `not well-formed XML: ${message}`);
  });
  const source = text.replace(/^\uFEFF/, "");
  const placeAt = lineCounter(source);
  let start: Origin = { file, line: 1, column: 1 };
  parser.on("opentagstart", () => {
    start = { file, ...placeAt(source.lastIndexOf("<", parser.position - 1)) };
  });
  parser.on("doctype", () => {
    throw wrong(placeIn(parser, file), "a document type (<!DOCTYPE>) has no place in SBML: remove it");
  });
  parser.on("opentag", (tag) => {
    const attributes = Object.values(tag.attributes);
    const element: Open = {
      ...start,
      name: tag.local,
      namespace: tag.uri,
      attributes: new Map(attributes.filter((a) => a.prefix === "").map((a) => [a.local, a.value])),
      declared: Object.values(tag.ns),
      foreign: attributes
        .filter((a) => a.prefix !== "" && a.prefix !== "xmlns")
        .map((a) => ({ namespace: a.uri, name: a.local, value: a.value })),
      children: [],
      texts: [""],
    };
    const parent = open.at(-1);
    parent?.children.push(element);
    parent?.texts.push("");
    open.push(element);
  });
  parser.on("text", (piece) => {
    const element = open.at(-1);
    if (element) element.texts[element.texts.length - 1] += piece;
  });
  parser.on("closetag", () => {
    root = open.pop();
  });
  parser.write(source).close();
  if (!root) throw new SbmlError(`${file}: the file is empty`);
  return root;
}

/** Line and column of offsets that never go back. */
function lineCounter(source: string): (offset: number) => Place {
  let [line, lineStart] = [1, 0];
  return (offset) => {
    for (
      let at = source.indexOf("\n", lineStart);
      at >= 0 && at < offset;
      at = source.indexOf("\n", lineStart)
    ) {
      line++;
      lineStart = at + 1;
    }
    return { line, column: offset - lineStart + 1 };
  };
}

/** Where the parser is. */
const placeIn = (parser: SaxesParser, file: string): Origin => ({
  file,
  line: parser.line,
  column: parser.column,
});

export const childrenOf = (element: Element | undefined, name: string): Element[] =>
  element?.children.filter((c) => c.name === name && c.namespace === element.namespace) ?? [];

export const childOf = (element: Element | undefined, name: string): Element | undefined =>
  childrenOf(element, name)[0];

export const textOf = (element: Element): string => element.texts.join("").trim();
