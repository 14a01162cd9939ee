import { expect, it } from "vitest";
import lock from "../package-lock.json";

it("names no registry", () => {
  expect(Object.values<object>(lock.packages).filter((item) => "resolved" in item)).toEqual([]);
});
