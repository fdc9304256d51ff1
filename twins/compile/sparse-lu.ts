/**
 * LU factorisation of a sparse matrix as straight-line operations in the graph: only the entries that
 * are or become nonzero are touched. Pivots are taken from the diagonal in an order that keeps
 * fill-in low (Markowitz); 1/(h gamma) on the diagonal makes that stable in a Rosenbrock step.
 */
import type { Graph, NodeId } from "./graph.ts";

/** Row -> column -> node; absent is zero. The diagonal must be there. */
export type SparseMatrix = readonly ReadonlyMap<number, NodeId>[];

export interface Factorisation {
  solve(rightSide: readonly NodeId[]): NodeId[];
  /** Entries of L and U together. */
  readonly nonzeros: number;
}

export function factorise(graph: Graph, matrix: SparseMatrix): Factorisation {
  const order = pivotOrder(matrix);
  const rows = matrix.map((row) => new Map(row));
  const row = (i: number) => rows[i] as Map<number, NodeId>;
  const inverse = new Map<number, NodeId>();
  order.forEach((pivot, step) => {
    const later = order.slice(step + 1);
    const reciprocal = graph.divide(graph.constant(1), row(pivot).get(pivot) as NodeId);
    inverse.set(pivot, reciprocal);
    for (const i of later) {
      const entry = row(i).get(pivot);
      if (entry === undefined) continue;
      const factor = graph.multiply(entry, reciprocal);
      row(i).set(pivot, factor);
      for (const j of later) {
        const above = row(pivot).get(j);
        if (above === undefined) continue;
        const change = graph.multiply(factor, above);
        const old = row(i).get(j);
        row(i).set(j, old === undefined ? graph.negate(change) : graph.subtract(old, change));
      }
    }
  });
  return { solve, nonzeros: rows.reduce((sum, entries) => sum + entries.size, 0) };

  function solve(rightSide: readonly NodeId[]): NodeId[] {
    const x = [...rightSide];
    order.forEach((i, step) => {
      x[i] = reduce(i, order.slice(0, step));
    });
    for (let step = order.length - 1; step >= 0; step--) {
      const i = order[step] as number;
      x[i] = graph.multiply(reduce(i, order.slice(step + 1)), inverse.get(i) as NodeId);
    }
    return x;

    function reduce(i: number, columns: readonly number[]): NodeId {
      const terms: NodeId[] = [];
      for (const j of columns) {
        const entry = row(i).get(j);
        if (entry !== undefined) terms.push(graph.multiply(entry, x[j] as NodeId));
      }
      return terms.length === 0 ? (x[i] as NodeId) : graph.subtract(x[i] as NodeId, graph.sum(terms));
    }
  }
}

/** Least (row count) x (column count) first; ties go to the lower index. */
export function pivotOrder(matrix: SparseMatrix): number[] {
  const pattern = matrix.map((row) => new Set(row.keys()));
  const remaining = new Set(pattern.keys());
  const order: number[] = [];
  while (remaining.size > 0) {
    const cost = (p: number): number => {
      let [rowCount, columnCount] = [0, 0];
      for (const q of remaining) {
        if (q === p) continue;
        if (pattern[p]?.has(q)) rowCount++;
        if (pattern[q]?.has(p)) columnCount++;
      }
      return rowCount * columnCount;
    };
    const pivot = [...remaining].reduce((best, p) => (cost(p) < cost(best) ? p : best));
    order.push(pivot);
    remaining.delete(pivot);
    for (const i of remaining) {
      if (!pattern[i]?.has(pivot)) continue;
      for (const j of remaining) if (pattern[pivot]?.has(j)) pattern[i]?.add(j);
    }
  }
  return order;
}
