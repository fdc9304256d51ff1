/** The own mathematical functions as JavaScript, printed from their graphs. */
import { evaluateGenerated } from "./generated-code.ts";
import { type FunctionName, reachable } from "./graph.ts";
import { functionGraph } from "./math-functions.ts";
import { BIT_HELPER_NAMES, BIT_HELPERS, literal, statements } from "./print-js.ts";

export const FUNCTION_NAMES: readonly FunctionName[] = [
  "exp",
  "log",
  "tanh",
  "pow",
  "sin",
  "cos",
  "atan",
  "floor",
];

export type OwnFunctions = Readonly<
  Record<FunctionName | (typeof BIT_HELPER_NAMES)[number], (x: number, y?: number) => number>
>;

let compiled: OwnFunctions | undefined;

/**
 * The functions themselves, and the bit helpers: generated code gets them by name; constant folding, tests
 * and whoever needs the same bits call them.
 */
export function ownFunctions(): OwnFunctions {
  compiled ??= compileFunctions();
  return compiled;
}

function compileFunctions(): OwnFunctions {
  const names = [...BIT_HELPER_NAMES, ...FUNCTION_NAMES];
  return evaluateGenerated(
    `${BIT_HELPERS}${FUNCTION_NAMES.map(functionText).join("\n")}\nreturn {${names.join(",")}};`,
  ) as OwnFunctions;
}

function functionText(name: FunctionName): string {
  const { graph, inputs, result } = functionGraph(name);
  const text = (id: number): string => {
    const node = graph.node(id);
    if (node.op === "symbol") return node.name;
    return node.op === "constant" ? literal(node.value) : `v${id}`;
  };
  const body = statements(graph, reachable(graph, [result]), text).join("\n");
  return `const ${name}=(${inputs.join(",")})=>{${body}\nreturn ${text(result)};};`;
}
