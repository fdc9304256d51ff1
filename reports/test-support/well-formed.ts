/**
 * Test support: a strict reader of XML without DTDs or CDATA; what is not well-formed is an error. The
 * report and the JUnit file must both pass it, so that no text of a record can break out.
 */
export interface Element {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: (Element | string)[];
}

const TAG = /<(\/?)([A-Za-z][\w:-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/y;
const ATTRIBUTE = /([\w:-]+)="([^"<]*)"/g;
const PROLOGUE = /^(<\?xml [^<>]*\?>\s*)?(<!DOCTYPE html>\s*)?/;

/** The document's element. @throws Error that says where it is not well-formed */
export function parseXml(text: string): Element {
  const root: Element = { name: "", attributes: new Map(), children: [] };
  const open = [root];
  let at = PROLOGUE.exec(text)?.[0].length ?? 0;
  while (at < text.length) {
    const current = open.at(-1) as Element;
    if (text[at] !== "<") {
      const next = text.indexOf("<", at);
      const end = next < 0 ? text.length : next;
      current.children.push(unescape(text.slice(at, end), at));
      at = end;
      continue;
    }
    TAG.lastIndex = at;
    const tag = TAG.exec(text);
    if (!tag) throw problem("a stray <", text, at);
    const [whole, isClosing, name = "", attributes = "", isEmpty] = tag;
    if (isClosing) {
      if (current.name !== name) throw problem(`</${name}> closes <${current.name}>`, text, at);
      open.pop();
    } else {
      const element: Element = { name, attributes: readAttributes(attributes, at), children: [] };
      current.children.push(element);
      if (!isEmpty) open.push(element);
    }
    at += whole.length;
  }
  if (open.length > 1) throw new Error(`<${open.at(-1)?.name}> is never closed`);
  const elements = root.children.filter((child) => typeof child !== "string");
  if (elements.length !== 1) throw new Error(`${elements.length} root elements`);
  return elements[0] as Element;
}

function readAttributes(text: string, at: number): Map<string, string> {
  const attributes = new Map<string, string>();
  for (const [, name = "", value = ""] of text.matchAll(ATTRIBUTE)) {
    if (attributes.has(name)) throw new Error(`attribute ${name} twice at ${at}`);
    attributes.set(name, unescape(value, at));
  }
  return attributes;
}

const NAMED: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };

function unescape(text: string, at: number): string {
  if (hasForbiddenCharacter(text)) throw new Error(`a character that XML forbids after ${at}`);
  return text.replace(/&([^;&]*;?)/g, (_, name: string) => {
    const character = NAMED[name.slice(0, -1)];
    if (character === undefined || !name.endsWith(";")) throw new Error(`a stray & after ${at}`);
    return character;
  });
}

function hasForbiddenCharacter(text: string): boolean {
  return Array.from(text).some((c) => {
    const code = c.codePointAt(0) ?? 0;
    const isControl = code < 0x20 && code !== 0x09 && code !== 0x0a && code !== 0x0d;
    return isControl || (code >= 0xd800 && code <= 0xdfff) || code === 0xfffe || code === 0xffff;
  });
}

const problem = (what: string, text: string, at: number): Error =>
  new Error(`${what} at ${at}: ${text.slice(at, at + 80)}`);

/** All elements called `name`, in the order of the document. */
export function elementsNamed(element: Element, name: string): Element[] {
  return allElements(element).filter((e) => e.name === name);
}

export function allElements(element: Element): Element[] {
  return [
    element,
    ...element.children.flatMap((child) => (typeof child === "string" ? [] : allElements(child))),
  ];
}

export function textOf(element: Element): string {
  return element.children.map((child) => (typeof child === "string" ? child : textOf(child))).join("");
}
