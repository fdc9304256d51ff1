/**
 * Time zone UTC and locale en-US in every world, whatever the machine is set to: a worker cannot set
 * either for itself, so the functions that read them are replaced.
 */
import type { Kernel } from "../kernel/kernel.ts";
import { type AnyFunction, replace } from "./mutable.ts";

const LOCALE = "en-US";
const LOCAL_PARTS = ["FullYear", "Month", "Date", "Day", "Hours", "Minutes", "Seconds", "Milliseconds"];
const LOCALISED = [
  "DateTimeFormat",
  "NumberFormat",
  "Collator",
  "PluralRules",
  "ListFormat",
  "RelativeTimeFormat",
  "DurationFormat",
  "DisplayNames",
  "Segmenter",
];
/** Their letters depend on it: a Turkish machine makes I of i with a dot. */
const CASES = ["toLocaleUpperCase", "toLocaleLowerCase"];

export function patchLocale(kernel: Kernel): void {
  patchLocalParts();
  for (const name of LOCALISED) patchConstructor(name);
  patchFormatOfNow(kernel);
  const { DateTimeFormat } = Intl;
  const dates: [string, Intl.DateTimeFormatOptions][] = [
    ["toLocaleString", { dateStyle: "short", timeStyle: "medium" }],
    ["toLocaleDateString", { dateStyle: "short" }],
    ["toLocaleTimeString", { timeStyle: "medium" }],
  ];
  for (const [name, style] of dates) {
    replace(
      Date.prototype,
      name,
      function (this: Date, locale?: string, options?: Intl.DateTimeFormatOptions) {
        return new DateTimeFormat(locale, options ?? style).format(this);
      },
    );
  }
  replace(Number.prototype, "toLocaleString", function (this: number, ...args: [string?, object?]) {
    return new Intl.NumberFormat(...args).format(this);
  });
  replace(BigInt.prototype, "toLocaleString", function (this: bigint, ...args: [string?, object?]) {
    return new Intl.NumberFormat(...args).format(this);
  });
  for (const name of CASES) {
    const change = (String.prototype as unknown as Record<string, AnyFunction>)[name] as AnyFunction;
    replace(String.prototype, name, function (this: string, locale?: string) {
      return change.call(this, locale ?? LOCALE);
    });
  }
  const navigated = { language: LOCALE, languages: Object.freeze([LOCALE]) };
  for (const [name, value] of Object.entries(navigated)) {
    Object.defineProperty(globalThis.Navigator.prototype, name, { get: () => value, configurable: true });
  }
  const collator = new Intl.Collator(LOCALE);
  const { localeCompare } = String.prototype as unknown as { localeCompare: AnyFunction };
  replace(String.prototype, "localeCompare", function (this: string, other: string, ...rest: unknown[]) {
    return rest.length === 0
      ? collator.compare(String(this), other)
      : localeCompare.call(this, other, ...rest);
  });
}

function patchLocalParts(): void {
  const prototype = Date.prototype as unknown as Record<string, AnyFunction>;
  for (const part of LOCAL_PARTS) {
    replace(prototype, `get${part}`, prototype[`getUTC${part}`]);
    if (part !== "Day") replace(prototype, `set${part}`, prototype[`setUTC${part}`]);
  }
  replace(prototype, "getTimezoneOffset", () => 0);
  // "Fri, 20 Nov 2026 09:54:25 GMT" to "Fri Nov 20 2026 09:54:25 GMT+0000 (Coordinated Universal Time)"
  const parts = (date: Date) => {
    const [weekday, day, month, year, time] = date.toUTCString().replace(",", "").split(" ");
    return {
      day: `${weekday} ${month} ${day} ${year}`,
      time: `${time} GMT+0000 (Coordinated Universal Time)`,
    };
  };
  const text = (write: (date: Date) => string) =>
    function (this: Date) {
      return Number.isNaN(this.getTime()) ? "Invalid Date" : write(this);
    };
  replace(
    prototype,
    "toDateString",
    text((date) => parts(date).day),
  );
  replace(
    prototype,
    "toTimeString",
    text((date) => parts(date).time),
  );
  replace(
    prototype,
    "toString",
    text((date) => `${parts(date).day} ${parts(date).time}`),
  );
}

function patchConstructor(name: string): void {
  const intl = Intl as unknown as Record<string, new (...args: unknown[]) => object>;
  const Real = intl[name];
  if (Real === undefined) return;
  const fill = (locale: unknown, options: unknown) => {
    const zone =
      name === "DateTimeFormat" ? { timeZone: "UTC", ...(options as object | undefined) } : options;
    return [locale ?? LOCALE, zone];
  };
  function Localised(this: unknown, locale?: unknown, options?: unknown): object {
    return Reflect.construct(Real as new () => object, fill(locale, options), new.target ?? Real);
  }
  Object.setPrototypeOf(Localised, Real);
  replace(Localised, "prototype", Real.prototype);
  replace(Localised, "name", name);
  replace(Real.prototype, "constructor", Localised);
  replace(Intl, name, Localised);
}

/** Formatting without an argument reads the clock inside V8. */
function patchFormatOfNow(kernel: Kernel): void {
  const prototype = Intl.DateTimeFormat.prototype as unknown as Record<string, AnyFunction>;
  const getter = Object.getOwnPropertyDescriptor(prototype, "format");
  if (getter?.get !== undefined) {
    const read = Reflect.get(getter, "get") as AnyFunction;
    Object.defineProperty(prototype, "format", {
      ...getter,
      get(this: object) {
        const format = read.call(this) as (date: unknown) => string;
        return (date?: unknown) => format(date ?? kernel.wallMs());
      },
    });
  }
  const toParts = prototype.formatToParts as AnyFunction;
  replace(prototype, "formatToParts", function (this: object, date?: unknown) {
    return toParts.call(this, date ?? kernel.wallMs());
  });
}
