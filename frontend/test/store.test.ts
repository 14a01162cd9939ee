// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { carStore, merge } from "../src/store";
import type { CarData, Connection } from "../src/types";
import { car, fact } from "./car";

class Server {
  open: { message: { type: string; device_id?: string }; send: (message: unknown) => void }[] = [];
  refuse: string | undefined;
  language = "en";

  connection = {
    subscribeMessage: async (send: (message: unknown) => void, message: { type: string }) => {
      if (this.refuse) throw { code: this.refuse };
      const item = { message, send };
      this.open.push(item);
      return () => void (this.open = this.open.filter((other) => other !== item));
    },
  } as unknown as Connection;
}

const settle = (): Promise<void> => vi.advanceTimersByTimeAsync(0).then(() => undefined);

function hide(hidden: boolean): void {
  Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  hide(false);
  vi.useRealTimers();
});

describe("merge", () => {
  it("takes the first message whole", () => {
    expect(merge(undefined, car())).toEqual(car());
  });

  it("takes a car whose account is not loaded", () => {
    const { device_id, entry_id, name, cars, facts, commands, texts } = car();
    const sent = { device_id, entry_id, name, cars, facts, commands, texts };
    expect(merge(undefined, sent)).toMatchObject({ name, warnings: [], services: [], check_control: [] });
  });

  it("replaces what changed, and facts and commands by name", () => {
    const before = car({ facts: { charge_level: fact(50), locked: fact(true) } });
    const after = merge(before, { name: "i4", facts: { charge_level: fact(51), locked: null } });
    expect(after).toEqual({ ...before, name: "i4", facts: { charge_level: fact(51), locked: null } });
    expect(before.facts["charge_level"]?.value).toBe(50);
  });

  it("begins anew with a message that has texts, as after a lost connection", () => {
    const before = car({ facts: { charge_level: fact(50) } });
    expect(merge(before, car({ facts: {} }))).toEqual(car({ facts: {} }));
  });
});

describe("store", () => {
  it("asks once for all cards of a car", async () => {
    const server = new Server();
    const calls: (CarData | undefined)[] = [];
    const store = carStore(server, "a");
    const ends = [1, 2, 3].map(() => carStore(server, "a").listen(() => calls.push(store.data)));
    await settle();
    expect(server.open.map((item) => item.message)).toEqual([
      { type: "mybmw/card/subscribe", language: "en", device_id: "a" },
    ]);
    server.open[0]!.send(car());
    expect(calls).toEqual([car(), car(), car()]);
    for (const end of ends) end();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(server.open).toEqual([]);
  });

  it("ends while the page is hidden, and begins again", async () => {
    const server = new Server();
    carStore(server).listen(() => undefined);
    await settle();
    expect(server.open).toHaveLength(1);
    hide(true);
    await settle();
    expect(server.open).toEqual([]);
    hide(false);
    await settle();
    expect(server.open).toHaveLength(1);
  });

  it("leaves nothing behind when it ends before the answer", async () => {
    const server = new Server();
    carStore(server, "a").listen(() => undefined);
    hide(true);
    await settle();
    expect(server.open).toEqual([]);
  });

  it("tries again after a refusal", async () => {
    const server = new Server();
    server.refuse = "unknown_command";
    const store = carStore(server, "a");
    store.listen(() => undefined);
    await settle();
    expect(store.error).toBe("unknown_command");
    server.refuse = undefined;
    await vi.advanceTimersByTimeAsync(2_000);
    expect(server.open).toHaveLength(1);
    server.open[0]!.send(car());
    expect(store.error).toBeUndefined();
  });
});
