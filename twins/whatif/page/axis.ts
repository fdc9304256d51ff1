/** Scales with round ticks. */

export interface Axis {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
  /** 0 at `low`, 1 at `high`. */
  at(value: number): number;
}

/** Covers `low` .. `high` with steps of 1, 2 or 5 times a power of ten. */
export function roundAxis(low: number, high: number, count = 4): Axis {
  const span = high > low ? high - low : Math.abs(high) || 1;
  const step = roundStep(span / count);
  const [first, last] = [
    Math.floor(low / step + 1e-9),
    Math.max(Math.ceil(high / step - 1e-9), Math.floor(low / step + 1e-9) + 1),
  ];
  const ticks = Array.from({ length: last - first + 1 }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
  return axis(first * step, last * step, ticks);
}

/** Time from `begin` to `end`: whole days where it is told in hours and long enough. */
export function timeAxis(
  begin: number,
  end: number,
  unit: string,
): Axis & { readonly unit: string; readonly scale: number } {
  const isDays = unit === "h" && end - begin >= 72;
  const scale = isDays ? 24 : 1;
  const step = Math.max(isDays ? 1 : 0, roundStep((end - begin) / scale / 7));
  const first = Math.ceil(begin / scale / step - 1e-9);
  const last = Math.floor(end / scale / step + 1e-9);
  const ticks = Array.from({ length: last - first + 1 }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
  return {
    ...axis(
      begin,
      end,
      ticks.map((tick) => tick * scale),
    ),
    unit: isDays ? "d" : unit,
    scale,
  };
}

function axis(low: number, high: number, ticks: readonly number[]): Axis {
  return { low, high, ticks, at: (value) => (value - low) / (high - low) };
}

function roundStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const times = [1, 2, 5, 10].find((factor) => factor * power >= rough * (1 - 1e-9)) ?? 10;
  return times * power;
}
