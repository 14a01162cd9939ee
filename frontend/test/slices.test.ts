import { expect, it, vi } from "vitest";
import { inTurn } from "../src/slices";

it("does much work in several tasks", async () => {
  let now = 0;
  vi.spyOn(performance, "now").mockImplementation(() => now);
  const done: number[] = [];
  const all = [1, 2, 3, 4].map((number) =>
    inTurn(() => {
      now += 6;
      done.push(number);
    }),
  );
  await Promise.resolve();
  expect(done).toEqual([1, 2]);
  await Promise.all(all);
  expect(done).toEqual([1, 2, 3, 4]);
});

it("goes on after an error", async () => {
  const failing = inTurn(() => {
    throw new Error("broken");
  });
  const other = inTurn(() => undefined);
  await expect(failing).rejects.toThrow("broken");
  await expect(other).resolves.toBeUndefined();
});
