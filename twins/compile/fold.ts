/** Values of functions of constants, found while a model is compiled: the same bits as at run time. */
import type { FunctionName } from "./graph.ts";
import { ownFunctions } from "./js-functions.ts";

export function foldFunction(name: FunctionName, values: readonly number[]): number {
  const [x = Number.NaN, y] = values;
  return ownFunctions()[name](x, y);
}
