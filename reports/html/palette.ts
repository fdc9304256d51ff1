/**
 * The report's colours. Grey for what is as it should be, colour only for what is not (ISA-101);
 * violet for what the bench did on purpose. palette.test.ts holds the contrasts (WCAG 2.2 AA).
 */
export interface Palette {
  readonly page: string;
  readonly paper: string;
  readonly ink: string;
  /** Text of second rank. */
  readonly muted: string;
  /** Lines that divide. */
  readonly rule: string;
  /** Lines inside a plot. */
  readonly grid: string;
  /** Under code and table heads. */
  readonly shade: string;
  readonly value: string;
  readonly setpoint: string;
  /** An expectation not met, bad quality, a rejected command. */
  readonly fail: string;
  /** Uncertain quality, an inconclusive verdict, simulated values. */
  readonly warn: string;
  /** An invalid run. */
  readonly invalid: string;
  /** What was injected. */
  readonly fault: string;
  /** On a filled badge or banner. */
  readonly onFill: string;
}

export const LIGHT: Palette = {
  page: "#eef0f2",
  paper: "#ffffff",
  ink: "#1b2126",
  muted: "#56616b",
  rule: "#cbd2d8",
  grid: "#e4e8eb",
  shade: "#f3f5f6",
  value: "#22384a",
  setpoint: "#5d7486",
  fail: "#b3201a",
  warn: "#8a5300",
  invalid: "#8c1d6b",
  fault: "#6d4bb0",
  onFill: "#ffffff",
};

export const DARK: Palette = {
  page: "#101316",
  paper: "#181c20",
  ink: "#e4e8eb",
  muted: "#a0abb5",
  rule: "#3a434b",
  grid: "#272e34",
  shade: "#21272c",
  value: "#c9d6e0",
  setpoint: "#8aa0b1",
  fail: "#ff8078",
  warn: "#f0b04c",
  invalid: "#f38fd2",
  fault: "#b196f2",
  onFill: "#14181b",
};

/** As CSS custom properties, one per colour. */
export const customProperties = (palette: Palette): string =>
  Object.entries(palette)
    .map(([name, colour]) => `--${name}:${colour};`)
    .join("");
