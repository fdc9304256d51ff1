/** Numbers in receipts, for people. */
export const counted = (n: number, word: string): string => `${n} ${word}${n === 1 ? "" : "s"}`;

export const number = (value: number): string => `${Number(value.toPrecision(6))}`;

export const milliseconds = (us: number): string => `${number(us / 1000)} ms`;

/** "7.01 [pH]"; words as they are. */
export const valueIn = (value: number | string, unit: string): string => {
  const text = typeof value === "number" ? number(value) : value;
  return typeof value === "string" || unit === "" || unit === "1" ? text : `${text} ${unit}`;
};
