/** Counts what a changed shape of a link does to the segments of both directions. */
import type { LinkShape, ShapeFigures } from "./access.ts";

export class ShapeCount {
  readonly #before: LinkShape;
  readonly #piece: ShapeFigures["piece"];
  #segments = 0;
  #bytes = 0;
  #shortestUs = Number.POSITIVE_INFINITY;
  #longestUs = 0;
  #losses = 0;
  #corrupted = 0;
  #firstCorrupted: ShapeFigures["firstCorrupted"];

  /** @param before the shape that it changes */
  constructor(before: LinkShape, piece: ShapeFigures["piece"] = "segment") {
    this.#before = before;
    this.#piece = piece;
  }

  sent(payload: number, transitUs: number, losses: number): void {
    // An end or a reset is no segment that anybody could see late.
    if (payload === 0) return;
    this.#segments += 1;
    this.#bytes += payload;
    this.#losses += losses;
    this.#shortestUs = Math.min(this.#shortestUs, transitUs);
    this.#longestUs = Math.max(this.#longestUs, transitUs);
  }

  corrupted(at: number, before: number, after: number): void {
    this.#corrupted += 1;
    this.#firstCorrupted ??= { at, before, after };
  }

  get figures(): ShapeFigures {
    return {
      before: this.#before,
      piece: this.#piece,
      segments: this.#segments,
      bytes: this.#bytes,
      shortestUs: this.#segments === 0 ? 0 : this.#shortestUs,
      longestUs: this.#longestUs,
      losses: this.#losses,
      corrupted: this.#corrupted,
      firstCorrupted: this.#firstCorrupted,
    };
  }

  message(): void {}
  truncated(): void {}
  attempt(): void {}
}
