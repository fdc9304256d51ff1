/** A cursor over the words of one line. */
import { LineError, type Place } from "./diagnostic.ts";
import type { Token } from "./tokens.ts";

export class TokenReader {
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  peek(): Token {
    const token = this.#tokens[this.#next] ?? this.#tokens.at(-1);
    if (!token) throw new LineError({ line: 1, column: 1 }, "nothing to read");
    return token;
  }

  take(): Token {
    const token = this.peek();
    this.#next++;
    return token;
  }

  place(): Place {
    const { line, column } = this.peek();
    return { line, column };
  }

  atEnd(): boolean {
    return this.peek().kind === "end";
  }

  is(text: string): boolean {
    const token = this.peek();
    return (token.kind === "name" || token.kind === "symbol") && token.text === text;
  }

  takeIf(text: string): boolean {
    if (!this.is(text)) return false;
    this.#next++;
    return true;
  }

  /** @throws LineError */
  expect(text: string, where: string): void {
    if (!this.takeIf(text)) this.fail(`expected "${text}" ${where}`);
  }

  /** @throws LineError */
  name(what: string): string {
    const token = this.peek();
    if (token.kind !== "name") return this.fail(`expected ${what}`);
    this.#next++;
    return token.text;
  }

  /** A number with an optional sign; a unit is not allowed here. @throws LineError */
  number(what: string): number {
    const sign = this.takeIf("-") ? -1 : 1;
    const token = this.peek();
    if (token.kind !== "number") return this.fail(`expected ${what}`);
    if (token.unit !== undefined) return this.fail(`${what} is written without a unit`);
    this.#next++;
    return sign * token.value;
  }

  /** @throws LineError */
  string(what: string): string {
    const token = this.peek();
    if (token.kind !== "string") return this.fail(`expected ${what} in quotation marks`);
    this.#next++;
    return token.text;
  }

  /** @throws LineError with what was expected and what is there */
  fail(expected: string): never {
    const token = this.peek();
    const found = token.kind === "end" ? "the line ends" : `found "${shown(token)}"`;
    throw new LineError(token, `${expected}, ${found}`);
  }
}

const shown = (token: Token): string =>
  token.kind === "number" ? String(token.value) : token.kind === "end" ? "" : token.text;
