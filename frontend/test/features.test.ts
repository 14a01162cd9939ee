// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { CarData, Connection, Hass } from "../src/types";
import { charging, combustion, electric, hostile } from "./garage";
import "../src/mybmw-card";

type Config = Record<string, unknown>;
type Shown = HTMLElement & {
  hass?: Hass;
  context?: { entity_id: string };
  setConfig(config: Config): void;
  updateComplete: Promise<unknown>;
};
interface Feature {
  type: string;
  name: string;
  isSupported(hass: Hass, context: { entity_id?: string }): boolean;
}

class Home {
  open: { device_id?: string }[] = [];
  called: unknown[][] = [];
  send: ((message: unknown) => void) | undefined;
  hass: Hass;

  constructor(car: CarData, entities: Record<string, [string, string]>) {
    const subscribeMessage = async (send: (message: unknown) => void, message: { device_id?: string }) => {
      this.open.push(message);
      this.send = send;
      send(car);
      return () => void (this.open = this.open.filter((item) => item !== message));
    };
    this.hass = {
      connection: { subscribeMessage } as unknown as Connection,
      language: "en",
      locale: { language: "en", number_format: "language", time_format: "24" },
      config: { state: "RUNNING", time_zone: "UTC" },
      devices: {},
      states: {},
      entities: Object.fromEntries(
        Object.entries(entities).map(([id, [platform, translation_key]]) => [
          id,
          { platform, translation_key, device_id: "a" },
        ]),
      ),
      callService: async (...call: unknown[]) => void this.called.push(call),
    } as unknown as Hass;
  }

  async show(name: string, config: Config = {}, entity_id?: string): Promise<Shown> {
    const element = document.createElement(name) as Shown;
    element.setConfig({ type: `custom:${name}`, ...config });
    element.hass = this.hass;
    if (entity_id) element.context = { entity_id };
    document.body.append(element);
    await vi.advanceTimersByTimeAsync(1);
    await element.updateComplete;
    return element;
  }
}

const ENTITIES: Record<string, [string, string]> = {
  "sensor.soc": ["mybmw", "remaining_battery_percent"],
  "sensor.fuel": ["mybmw", "remaining_fuel_percent"],
  "lock.car": ["mybmw", "lock"],
  "switch.car": ["mybmw", "climate"],
  "lock.door": ["other", "lock"],
};

const features = (): Feature[] =>
  (window.customCardFeatures as Feature[]).filter((item) => item.type.startsWith("mybmw"));
const buttons = (element: Shown): HTMLButtonElement[] => [
  ...(element.shadowRoot?.querySelector("mybmw-compact-commands")?.shadowRoot?.querySelectorAll("button") ??
    []),
];

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  document.body.replaceChildren();
  vi.useRealTimers();
});

describe("the tile features", () => {
  it("are offered for those of our entities that they fit", () => {
    const { hass } = new Home(electric(), ENTITIES);
    const fits = (entity_id?: string): string[] =>
      features()
        .filter((item) => item.isSupported(hass, entity_id ? { entity_id } : {}))
        .map((item) => item.type);
    expect(fits("sensor.soc")).toEqual(["mybmw-charge-feature"]);
    expect(fits("sensor.fuel")).toEqual(["mybmw-charge-feature"]);
    expect(fits("lock.car")).toEqual(["mybmw-lock-feature"]);
    expect(fits("switch.car")).toEqual(["mybmw-climate-feature"]);
    expect(fits("lock.door")).toEqual([]);
    expect(fits("lock.gone")).toEqual([]);
    expect(fits()).toEqual([]);
  });

  it("show the charge with its prediction and its target", async () => {
    const element = await new Home(charging(), ENTITIES).show("mybmw-charge-feature", {}, "sensor.soc");
    const rail = element.shadowRoot?.querySelector(".rail");
    expect([...(rail?.children ?? [])].map((item) => [item.className, item.getAttribute("style")])).toEqual([
      ["predicted", "--at:49"],
      ["level", "--at:46"],
      ["mark", "--at:80"],
    ]);
    expect(rail?.getAttribute("aria-label")).toBe("Charge: 46%");
  });

  it("show the fuel on the tile of the fuel", async () => {
    const car = combustion();
    const fuel = car.facts["fuel_percent"];
    const shown = { ...car, facts: { fuel_percent: fuel && { ...fuel, entity_id: "sensor.fuel" } } };
    const element = await new Home(shown as CarData, ENTITIES).show(
      "mybmw-charge-feature",
      {},
      "sensor.fuel",
    );
    expect(element.shadowRoot?.querySelector(".level")?.getAttribute("style")).toBe("--at:16");
  });

  it("are empty while nothing is known", async () => {
    const element = await new Home(electric({ facts: {} }), ENTITIES).show(
      "mybmw-charge-feature",
      {},
      "sensor.soc",
    );
    expect(element.shadowRoot?.querySelector(".rail")).toBeNull();
  });

  it("follow no car for an entity that is gone", async () => {
    const home = new Home(electric(), ENTITIES);
    await home.show("mybmw-lock-feature", {}, "lock.gone");
    expect(home.open).toEqual([]);
  });

  it("lock with a tap and unlock with a long press", async () => {
    const home = new Home(electric(), ENTITIES);
    const [lock, unlock] = buttons(await home.show("mybmw-lock-feature", {}, "lock.car"));
    lock?.click();
    await vi.advanceTimersByTimeAsync(10);
    expect(home.called).toEqual([["button", "press", { entity_id: "button.lock" }]]);
    unlock?.dispatchEvent(new PointerEvent("pointerdown", { button: 0 }));
    await vi.advanceTimersByTimeAsync(500);
    unlock?.dispatchEvent(new PointerEvent("pointerup"));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(home.called).toHaveLength(1);
    unlock?.dispatchEvent(new PointerEvent("pointerdown", { button: 0 }));
    await vi.advanceTimersByTimeAsync(1_100);
    expect(home.called[1]).toEqual(["button", "press", { entity_id: "button.unlock" }]);
  });

  it("offer only commands that the car has", async () => {
    const element = await new Home(electric(), ENTITIES).show("mybmw-climate-feature", {}, "switch.car");
    expect(buttons(element).map((item) => item.getAttribute("aria-label"))).toEqual(["Start climate"]);
  });

  it("share the subscription of the car, and end it when they go", async () => {
    const home = new Home(electric(), ENTITIES);
    const shown = [
      await home.show("mybmw-lock-feature", {}, "lock.car"),
      await home.show("mybmw-charge-feature", {}, "sensor.soc"),
      await home.show("mybmw-badge", { device_id: "a" }),
    ];
    expect(home.open.map((item) => item.device_id)).toEqual(["a"]);
    shown.forEach((item) => item.remove());
    await vi.advanceTimersByTimeAsync(60_000);
    expect(home.open).toEqual([]);
  });
});

describe("the badge", () => {
  it("shows charge and range", async () => {
    const element = await new Home(electric(), ENTITIES).show("mybmw-badge");
    expect(element.shadowRoot?.querySelector(".name")?.textContent).toBe("i4 eDrive40");
    expect(element.shadowRoot?.querySelector(".value")?.textContent).toBe("68% · 312\u00a0km");
  });

  it("shows the fuel of a car that burns some, and that it warns", async () => {
    const element = await new Home(combustion(), ENTITIES).show("mybmw-badge");
    expect(element.shadowRoot?.querySelector(".value")?.textContent).toBe("16% · 142\u00a0km");
    expect(element.shadowRoot?.querySelector("button")?.classList.contains("warned")).toBe(true);
  });

  it("opens the entity", async () => {
    const opened: unknown[] = [];
    document.body.addEventListener("hass-more-info", (event) => opened.push((event as CustomEvent).detail));
    const car = electric();
    const element = await new Home(car, ENTITIES).show("mybmw-badge");
    element.shadowRoot?.querySelector("button")?.click();
    expect(opened).toEqual([{ entityId: car.facts["charge_level"]?.entity_id }]);
  });

  it("shows hostile texts as text", async () => {
    const element = await new Home(hostile(), ENTITIES).show("mybmw-badge");
    expect(element.shadowRoot?.querySelector("script, img")).toBeNull();
    expect(element.shadowRoot?.querySelector(".name")?.textContent).toContain("<script>");
  });

  it("refuses a device that is no text", async () => {
    await expect(new Home(electric(), ENTITIES).show("mybmw-badge", { device_id: 3 })).rejects.toThrow(
      "device_id",
    );
  });
});

it("is found by Home Assistant in all its places", () => {
  const names = ["mybmw-card", "mybmw-badge", "ll-strategy-dashboard-mybmw", "ll-strategy-view-mybmw-car"];
  for (const name of [...names, "ll-strategy-section-mybmw-car"])
    expect(customElements.get(name)).toBeDefined();
  expect(window.customStrategies).toMatchObject([{ type: "mybmw", strategyType: "dashboard", name: "Cars" }]);
  expect(window.customBadges).toMatchObject([{ type: "mybmw-badge", preview: true }]);
});
