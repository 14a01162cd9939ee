import { readFileSync, readdirSync } from "node:fs";
import { expect, it } from "vitest";
import { common as en } from "../../custom_components/mybmw/translations/en.json";

const folder = new URL("../src/", import.meta.url);
const sources = readdirSync(folder, { recursive: true })
  .map(String)
  .filter((name) => name.endsWith(".ts"))
  .map((name) => readFileSync(new URL(name, folder), "utf8"));

it("has a text for every key", () => {
  const keys = sources.flatMap((source) =>
    [...source.matchAll(/\btext\(\s*"(\w+)"/g)].map((found) => found[1] ?? ""),
  );
  expect(new Set(keys).size).toBeGreaterThan(40);
  expect(keys.filter((key) => !Object.hasOwn(en, key))).toEqual([]);
});

it("has no text that nothing shows", () => {
  const bridge = new URL("../../custom_components/mybmw/bridge/", import.meta.url);
  const python = readdirSync(bridge).filter((name) => name.endsWith(".py"));
  const all = [...sources, ...python.map((name) => readFileSync(new URL(name, bridge), "utf8"))].join();
  const made = /^(action|command|editor|fact|graph|part|section|state|view|warning)_/;
  expect(Object.keys(en).filter((key) => !made.test(key) && !all.includes(`"${key}"`))).toEqual([]);
});

it("makes no markup of texts", () => {
  const forbidden = /innerHTML|outerHTML|insertAdjacentHTML|unsafe(HTML|SVG|Static)|document\.write|\beval\(/;
  expect(sources.filter((source) => forbidden.test(source))).toEqual([]);
});
