import { describe, expect, it } from "vitest";
import { Format } from "../src/format";
import type { Locale } from "../src/types";
import { fact } from "./car";

const NOW = Date.parse("2026-11-30T12:00:00Z");
const TEXTS = {
  just_now: "just now",
  minutes: "{value} min",
  hours: "{hours} h {minutes} min",
  until: "until {time}",
};

function format(locale: Partial<Locale> = {}): Format {
  const chosen = {
    language: "en",
    number_format: "language",
    time_format: "language",
    time_zone: "server",
    ...locale,
  };
  return new Format({ locale: chosen, config: { time_zone: "Europe/Berlin" } }, TEXTS, () => NOW);
}

describe("numbers", () => {
  it.each([
    ["en", "language", "12,345.5"],
    ["de", "language", "12.345,5"],
    ["en", "decimal_comma", "12.345,5"],
    ["de", "comma_decimal", "12,345.5"],
    ["en", "quote_decimal", "12’345.5"],
    ["de", "none", "12345.5"],
  ])("%s %s", (language, number_format, shown) => {
    expect(format({ language, number_format }).number(12345.5).replace("'", "’")).toBe(shown);
  });

  it("have the precision of their entity", () => {
    expect(format().quantity(2.5, "bar", 2)).toBe("2.50\u00a0bar");
    expect(format().quantity(312.4, "km", 0)).toBe("312\u00a0km");
  });

  it("have a percent sign as their language writes it", () => {
    expect(format().quantity(68, "%", 0)).toBe("68%");
    expect(format({ language: "de" }).quantity(68, "%", 0)).toBe("68\u00a0%");
  });

  it("are money only with a currency", () => {
    expect(format().money(9.4, "EUR")).toBe("€9.40");
    expect(format().money(9.4, "<b>")).toBe("9.40");
  });
});

describe("times", () => {
  it.each([
    ["2026-11-30T14:05:00Z", "15:05"],
    ["2026-11-30T23:30:00Z", "00:30"],
    ["2026-11-28T08:00:00Z", "Sat 09:00"],
    ["2026-03-01T08:00:00Z", "Mar 1"],
    ["2027-03-01", "Mar 1, 2027"],
    ["07:30", "07:30"],
    ["Sparkasse", "Sparkasse"],
    ["2026-99-99T99", "2026-99-99T99"],
  ])("%s is %s", (value, shown) => {
    expect(format({ time_format: "24" }).moment(value)).toBe(shown);
  });

  it("are of twelve hours if the user wants so", () => {
    expect(format({ language: "de", time_format: "12" }).moment("19:05")).toMatch(/^7:05\sPM$/);
  });

  it.each([
    [30, "just now"],
    [12 * 60, "12 minutes ago"],
    [3 * 3600, "3 hours ago"],
    [30 * 3600, "yesterday"],
  ])("%s seconds ago is %s", (seconds, shown) => {
    expect(format().ago(new Date(NOW - seconds * 1000).toISOString())).toBe(shown);
  });

  it("last minutes or hours", () => {
    expect(format().duration(42)).toBe("42\u00a0min");
    expect(format().duration(130)).toBe("2\u00a0h\u00a010\u00a0min");
  });
});

describe("facts", () => {
  it("are their translated state, a number with unit, or nothing", () => {
    expect(format().fact(fact(true, { text: "Locked" }))).toBe("Locked");
    expect(format().fact(fact(10.84, { unit: "kW", precision: 1 }))).toBe("10.8\u00a0kW");
    expect(format().fact(fact(null))).toBe("–");
    expect(format().fact(undefined)).toBe("–");
  });

  it("fill the placeholders of texts, and only those", () => {
    expect(format().text("until", { time: "{value} $& <b>" })).toBe("until {value} $& <b>");
    expect(format().text("missing")).toBe("missing");
  });
});
