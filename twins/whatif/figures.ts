/** Numbers and units as people read them. */

/** Four digits that matter. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return "none";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e7)) return value.toExponential(2).replace("e+", "e");
  return String(Number(value.toPrecision(4))).replace("-", "\u2212");
}

export function percent(share: number): string {
  const value = 100 * share;
  if (value > 0 && value < 0.1) return "under 0.1 %";
  if (value < 100 - 1e-9 && value > 99.9) return "over 99.9 %";
  return `${Number(value.toFixed(1))} %`;
}

const SUPERSCRIPT = "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079";

/** `10*9{cells}/L` as 10⁹ cells/L; nothing for a pure number. */
export function unitText(unit: string): string {
  if (unit === "1") return "";
  return unit
    .replaceAll(
      /10\*(-?\d+)/g,
      (_, power: string) =>
        `10${power.replaceAll(/[-\d]/g, (sign) => SUPERSCRIPT[Number(sign)] ?? "\u207b")} `,
    )
    .replaceAll(/\{[^}]*\}|([A-Za-z])(\d)(?!\d)/g, (whole: string, letter?: string, power?: string) =>
      letter === undefined ? whole.slice(1, -1) : letter + (SUPERSCRIPT[Number(power)] ?? power),
    )
    .replaceAll("%airsat", "% air saturation")
    .trim();
}
