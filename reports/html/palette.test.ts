import { expect, test } from "vitest";
import { DARK, LIGHT, type Palette } from "./palette.ts";

/** WCAG 2.2, relative luminance. */
function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].toSorted((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

const TEXT: [keyof Palette, keyof Palette][] = [
  ...(["ink", "muted", "fail", "warn", "invalid", "fault"] as const).flatMap(
    (text): [keyof Palette, keyof Palette][] => [
      [text, "paper"],
      [text, "shade"],
    ],
  ),
  ["onFill", "fail"],
  ["onFill", "warn"],
  ["onFill", "invalid"],
];
const DRAWING: [keyof Palette, keyof Palette][] = [
  ["value", "paper"],
  ["setpoint", "paper"],
];

for (const [name, palette] of Object.entries({ light: LIGHT, dark: DARK })) {
  test(`${name}: text has a contrast of at least 4.5, lines that mean something 3`, () => {
    for (const [a, b] of TEXT) expect([a, b, contrast(palette[a], palette[b]) >= 4.5]).toEqual([a, b, true]);
    for (const [a, b] of DRAWING) expect([a, b, contrast(palette[a], palette[b]) >= 3]).toEqual([a, b, true]);
  });
}
