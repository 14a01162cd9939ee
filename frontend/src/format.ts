// Numbers, times and texts as the user has chosen them in his profile.

import type { Fact, Hass } from "./types";

export type Values = Record<string, string | number>;

const NUMBER_LOCALES: Record<string, string[]> = {
  comma_decimal: ["en-US", "en"],
  decimal_comma: ["de", "es", "it"],
  space_comma: ["fr", "sv", "cs"],
  quote_decimal: ["de-CH"],
};
const SPACE_BEFORE_PERCENT = ["cs", "de", "fi", "fr", "sk", "sv"];
const DAY = /^\d{4}-\d\d-\d\d$/;
const INSTANT = /^\d{4}-\d\d-\d\dT/;
const CLOCK = /^([01]\d|2[0-3]):([0-5]\d)(:\d\d)?$/;
const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];
export const NOTHING = "–";

type Context = Pick<Hass, "locale"> & { config?: Pick<Hass["config"], "time_zone"> };

export class Format {
  /** The time zone of the server if the user wants its times, else undefined: that of the browser. */
  readonly timeZone: string | undefined;
  private language: string;

  constructor(
    private hass: Context,
    private texts: Record<string, string>,
    private now = Date.now,
  ) {
    this.language = hass.locale.language || "en";
    this.timeZone = hass.locale.time_zone === "server" ? hass.config?.time_zone : undefined;
  }

  /** Return a text in the user's language with its placeholders filled; the key if there is none. */
  text(key: string, values: Values = {}): string {
    return (this.texts[key] ?? key).replace(/\{(\w+)\}/g, (all, name: string) => String(values[name] ?? all));
  }

  number(value: number, precision?: number | null): string {
    const format = this.hass.locale.number_format;
    const digits =
      precision === null || precision === undefined
        ? { maximumFractionDigits: 1 }
        : { minimumFractionDigits: precision, maximumFractionDigits: precision };
    if (format === "none")
      return new Intl.NumberFormat("en-US", { ...digits, useGrouping: false }).format(value);
    const locales = format === "system" ? undefined : (NUMBER_LOCALES[format] ?? this.language);
    return new Intl.NumberFormat(locales, digits).format(value);
  }

  /** Return a number with its unit. */
  quantity(value: number, unit?: string | null, precision?: number | null): string {
    const number = this.number(value, precision);
    if (!unit) return number;
    const tight = unit === "%" && !SPACE_BEFORE_PERCENT.includes(this.language.split("-")[0] ?? "");
    return tight ? `${number}%` : `${number}\u00a0${unit}`;
  }

  money(value: number, currency: string | null): string {
    if (!currency || !/^[A-Z]{3}$/.test(currency)) return this.number(value, 2);
    return new Intl.NumberFormat(this.language, { style: "currency", currency }).format(value);
  }

  fact(fact: Fact | null | undefined): string {
    if (!fact) return NOTHING;
    if (fact.text !== null) return fact.text;
    if (typeof fact.value === "number") return this.quantity(fact.value, fact.unit, fact.precision);
    return typeof fact.value === "string" ? this.moment(fact.value) : NOTHING;
  }

  /** Return a day or time of ISO 8601 as a text, other strings as they are. */
  moment(value: string): string {
    if (CLOCK.test(value)) return this.clock(value);
    if (DAY.test(value)) return this.day(value);
    const time = INSTANT.test(value) ? new Date(value) : undefined;
    if (!time || Number.isNaN(time.getTime())) return value;
    const hours = Math.abs(time.getTime() - this.now()) / 3_600_000;
    if (hours < 12 || this.isToday(time)) return this.time(time);
    return this.dates(
      hours < 144 ? { weekday: "short", ...this.clockStyle() } : { day: "numeric", month: "short" },
    ).format(time);
  }

  time(time: Date): string {
    return this.dates(this.clockStyle()).format(time);
  }

  /** Return a day such as 2026-11-30, which has no time zone. */
  day(value: string): string {
    const style = { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" } as const;
    return new Intl.DateTimeFormat(this.language, style).format(new Date(`${value}T12:00:00Z`));
  }

  /** Return the day and time of an instant. */
  date(value: string): string {
    const time = new Date(value);
    if (Number.isNaN(time.getTime())) return NOTHING;
    return this.dates({ day: "numeric", month: "short", ...this.clockStyle() }).format(time);
  }

  /** Return the month of a day: services are due in one, on its first or last day. */
  dueMonth(value: string): string {
    return DAY.test(value) ? this.month(value.slice(0, 7)) : this.moment(value);
  }

  /** Return a month such as 2026-11. */
  month(value: string, style: "long" | "short" = "long"): string {
    const options = {
      month: style,
      year: style === "long" ? "numeric" : "2-digit",
      timeZone: "UTC",
    } as const;
    return new Intl.DateTimeFormat(this.language, options).format(new Date(`${value}-15T12:00:00Z`));
  }

  ago(value: string): string {
    const seconds = (this.now() - new Date(value).getTime()) / 1000;
    const [unit, length] = STEPS.find(([, step]) => seconds >= step) ?? [];
    if (!unit || !length) return this.text("just_now");
    const style = { numeric: "auto", style: "long" } as const;
    return new Intl.RelativeTimeFormat(this.language, style).format(-Math.floor(seconds / length), unit);
  }

  duration(minutes: number): string {
    const whole = Math.round(minutes);
    const text =
      whole < 60
        ? this.text("minutes", { value: whole })
        : this.text("hours", { hours: Math.floor(whole / 60), minutes: whole % 60 });
    return text.replaceAll(" ", "\u00a0");
  }

  private clock(value: string): string {
    const style = { ...this.clockStyle(), timeZone: "UTC" };
    return new Intl.DateTimeFormat(this.language, style).format(
      new Date(`1970-01-01T${value.slice(0, 5)}:00Z`),
    );
  }

  private clockStyle(): Intl.DateTimeFormatOptions {
    const chosen = this.hass.locale.time_format;
    const cycle = chosen === "12" ? "h12" : chosen === "24" ? "h23" : undefined;
    return { hour: "numeric", minute: "2-digit", ...(cycle ? { hourCycle: cycle } : {}) };
  }

  private dates(style: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
    return new Intl.DateTimeFormat(this.language, {
      ...style,
      ...(this.timeZone ? { timeZone: this.timeZone } : {}),
    });
  }

  private isToday(time: Date): boolean {
    const style = { dateStyle: "short" } as const;
    return this.dates(style).format(time) === this.dates(style).format(this.now());
  }
}
