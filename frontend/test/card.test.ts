// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { MyBmwCard } from "../src/card";
import type { CarData, Fact } from "../src/types";
import { car, fact } from "./car";
import { HOSTILE, charging, combustion, convertible, electric, hostile, hybrid } from "./garage";
import { Home, every, one, page, read, settle, show } from "./home";

const NAMES = ["car", "climate", "place", "service", "trips", "charges", "battery"];

function folds(card: MyBmwCard): HTMLElement[] {
  return every(card.shadowRoot as ShadowRoot, ".fold");
}

async function unfold(card: MyBmwCard, text: string): Promise<void> {
  folds(card)
    .find((item) => read(item) === text)
    ?.click();
  await vi.dynamicImportSettled();
  await settle();
}

afterEach(() => {
  document.body.replaceChildren();
  page.visible = true;
});

describe("at a glance", () => {
  it("shows an electric car", async () => {
    const card = await show(new Home(electric()));
    expect(read(one(card, ".head"))).toBe("i4 eDrive40 Reported 12 minutes ago · asleep Locked");
    expect(read(one(card, ".gauge"))).toBe("68% Charge, Target 80% 312 km Range Target 80%");
    expect(read(one(card, ".ring"))).toBe("68% Charge, Target 80%");
    expect(every(card.shadowRoot!, ".mark")).toHaveLength(1);
    expect(every(card.shadowRoot!, ".tile").map(read)).toEqual([
      expect.stringMatching(/^31.4 kWh Last charge · /),
      "184 kWh Charged this month",
    ]);
  });

  it("shows power, end and distance of a charge, and an estimate", async () => {
    const card = await show(new Home(charging()));
    expect(read(one(card, ".now"))).toMatch(/^10.8 kW Charging power · until \d\d:\d\d · 84 km gained$/);
    expect(read(one(card, ".middle"))).toBe("46% estimated 49%");
    expect(every(card.shadowRoot!, ".tile")).toEqual([]);
  });

  it("shows no estimate that is older than what the car has reported", async () => {
    const at = (time: string): Partial<Fact> => ({ unit: "%", precision: 0, at: `2026-11-30T${time}:00Z` });
    const facts = { charge_level: fact(85, at("12:00")), predicted_charge_level: fact(58.5, at("11:00")) };
    expect(read(one(await show(new Home(electric({ facts }))), ".middle"))).toBe("85%");
  });

  it("shows both energies of a plug-in hybrid, and charging only while it is plugged in", async () => {
    const home = new Home(hybrid());
    const card = await show(home);
    expect(every(card.shadowRoot!, ".bar").map(read)).toEqual([
      "Electric Target 100% 54% Charge 28 km Electric range",
      "Fuel 71% Fuel 28 L Fuel 460 km Fuel range",
    ]);
    expect(read(one(card, ".part-energy"))).toContain("63% Electric share");
    expect(every(card.shadowRoot!, ".now")).toEqual([]);
    home.send({ facts: { plugged: fact(true), charging_state: fact("paused", { text: "Paused" }) } });
    await card.updateComplete;
    expect(read(one(card, ".now"))).toBe("Paused");
  });

  it("shows fuel, range and upkeep of a combustion car", async () => {
    const card = await show(new Home(combustion()));
    expect(read(one(card, ".part-energy"))).toBe(
      "142 km Range Fuel 16% Fuel 10 L Fuel 6.8 L/100 km Fuel consumption this month 812 km Distance this month March 2027 Next service",
    );
    expect(every(card.shadowRoot!, ".warning").map(read)).toEqual([
      "Tyre pressure low, rear left",
      "Boot is open",
    ]);
  });

  it.each([
    ["electric", electric()],
    ["charging", charging()],
    ["hybrid", hybrid()],
    ["combustion", combustion()],
  ])("shows at most seven facts before anything is unfolded: %s", async (_name, shown) => {
    const card = await show(new Home(shown));
    const lines = every(card.shadowRoot!, ".now").flatMap((line) => read(line).split(" · "));
    const facts = every(card.shadowRoot!, ".reported, .lock, .ring, .range, .bar, .tile");
    expect(facts.length + lines.length).toBeLessThanOrEqual(7);
  });

  it("says so if neither charge nor fuel is known", async () => {
    const card = await show(new Home(car({ facts: { charge_level: null } })));
    expect(read(one(card, ".part-energy"))).toMatch(/^The car has not reported its charge or fuel yet/);
    expect(read(one(card, ".reported"))).toBe("Has not reported yet");
  });

  it("marks a value that is old", async () => {
    const at = new Date(Date.now() - 3 * 86_400_000).toISOString();
    const old = fact(92, { name: "12 V battery", unit: "%", precision: 0, stale: true, at });
    const card = await show(
      new Home(car({ drive: "combustion", facts: { fuel_percent: fact(50), battery_12v: old } })),
    );
    expect(read(one(card, ".tile.stale"))).toBe("92% 12 V battery 3 days ago");
  });
});

describe("taps", () => {
  it("open the entity of a fact", async () => {
    const home = new Home(electric({ facts: { range_electric: fact(312, { entity_id: "sensor.range" }) } }));
    const card = await show(home);
    one(card, ".range").click();
    expect(home.opened).toEqual(["sensor.range"]);
  });

  it("do nothing where an entity is disabled, but its value is shown", async () => {
    const card = await show(
      new Home(electric({ facts: { range_electric: fact(312, { unit: "km", precision: 0 }) } })),
    );
    expect(one(card, ".range").tagName).toBe("DIV");
    expect(read(one(card, ".range"))).toBe("312 km Range");
  });

  it("open the page of the device, which only administrators have", async () => {
    const admin = await show(new Home(electric()));
    one(admin, ".title").click();
    expect(location.pathname).toBe("/config/devices/device/a");
    const other = await show(new Home(electric(), { user: { is_admin: false } }));
    expect(one(other, ".title").getAttribute("role")).toBeNull();
  });
});

describe("parts", () => {
  it("fold, one is open at a time", async () => {
    const card = await show(new Home(electric()));
    expect(folds(card).map(read)).toEqual([
      "Vehicle",
      "Climate",
      "Location",
      "Service",
      "Trips",
      "Charging",
      "Battery",
    ]);
    await unfold(card, "Vehicle");
    await unfold(card, "Service");
    expect(
      folds(card)
        .filter((item) => item.getAttribute("aria-expanded") === "true")
        .map(read),
    ).toEqual(["Service"]);
    expect(read(one(card, ".panel"))).toContain(
      "Vehicle check · Overdue October 2026 Brake fluid May 2027 in 14,000 km Front tyres OK",
    );
    expect(read(one(card, ".panel"))).not.toContain("Rear tyres");
    await unfold(card, "Service");
    expect(every(card.shadowRoot!, ".panel")).toEqual([]);
  });

  it("are those of the configuration, in its order", async () => {
    const card = await show(new Home(electric()), {
      parts: ["energy", "head", "service", "nonsense", "car"],
      hide: ["energy"],
    });
    expect(every(card.shadowRoot!, ".energy")).toEqual([]);
    expect(folds(card).map(read)).toEqual(["Service", "Vehicle"]);
  });

  it.each(NAMES)("are a card of their own: %s", async (name) => {
    const card = await show(new Home(electric()), { parts: [name] });
    await vi.dynamicImportSettled();
    await settle();
    expect(folds(card)).toEqual([]);
    expect(every(card.shadowRoot!, "h3")).toHaveLength(1);
    expect(every(card.shadowRoot!, ".head")).toEqual([]);
  });

  it("show what is open and low", async () => {
    const card = await show(new Home(hybrid()), { parts: ["car"] });
    await vi.dynamicImportSettled();
    await settle();
    expect(every(card.shadowRoot!, ".pill.open").map(read)).toEqual([
      "Driver door open",
      "Rear right window open",
    ]);
    expect(every(card.shadowRoot!, ".drawing .door")).toHaveLength(1);
    expect(every(card.shadowRoot!, ".drawing .pane.ajar")).toHaveLength(1);
    expect(every(card.shadowRoot!, ".drawing .wheel.low")).toHaveLength(1);
    expect(every(card.shadowRoot!, ".pressure.low").map(read)).toEqual([
      "2.1 bar target 2.5 bar too low Tyre pressure",
    ]);
  });

  it("show the seats of an open convertible", async () => {
    const card = await show(new Home(convertible()), { parts: ["car"] });
    await vi.dynamicImportSettled();
    await settle();
    expect(every(card.shadowRoot!, ".drawing .seat")).toHaveLength(4);
    expect(every(card.shadowRoot!, ".drawing .beam")).toHaveLength(2);
  });

  it("say why something is missing", async () => {
    const home = new Home(car({ drive: "electric" }));
    home.answer = async () => ({ text: "Tick the doors in BMW's portal." });
    const card = await show(home, { parts: ["car"] });
    await vi.dynamicImportSettled();
    await settle();
    one(card, "mybmw-missing .action, .action").click();
    await settle();
    expect(home.asked).toEqual([{ type: "mybmw/card/why", device_id: "a", fact: "locked", language: "en" }]);
    expect(read(one(card, "mybmw-missing"))).toBe("Tick the doors in BMW's portal.");
  });
});

describe("states", () => {
  it.each(["not_found", "unknown_command"])("says what to do after %s", async (code) => {
    const card = await show(new Home(code));
    expect(read(one(card, ".notice"))).toMatch(code === "not_found" ? /administrator/ : /Devices & services/);
  });

  it.each(["unavailable", "stale", "secondary_user"] as const)("keeps the values while %s", async (kind) => {
    const state = { kind, text: "BMW does not answer.", action: "Nothing to do." };
    const card = await show(new Home(electric({ state })));
    expect(read(one(card, ".notice"))).toBe("BMW does not answer. Nothing to do.");
    expect(every(card.shadowRoot!, ".ring")).toHaveLength(1);
  });

  it.each(["not_allowed", "no_data", "loading"] as const)("shows nothing else while %s", async (kind) => {
    const card = await show(new Home(electric({ state: { kind, text: "So it is.", action: null } })));
    expect(read(one(card, ".notice"))).toBe("So it is.");
    expect(every(card.shadowRoot!, ".ring, .fold")).toEqual([]);
  });

  it("offers the other cars unless it is bound to one", async () => {
    const cars = [
      { device_id: "a", name: "i4" },
      { device_id: "b", name: "M2" },
    ];
    const bound = await show(new Home(electric({ cars })));
    expect(every(bound.shadowRoot!, "select")).toEqual([]);
    const free = document.createElement("mybmw-card") as MyBmwCard;
    free.setConfig({ type: "custom:mybmw-card" });
    free.hass = new Home(electric({ cars })).hass;
    document.body.append(free);
    await settle();
    expect(every(free.shadowRoot!, "option").map(read)).toEqual(["i4", "M2"]);
  });

  it("refuses a configuration that is no such", () => {
    const card = document.createElement("mybmw-card") as MyBmwCard;
    expect(() => card.setConfig({ type: "x", parts: "head" } as never)).toThrow("parts is no list");
    expect(() => card.setConfig({ type: "x", device_id: 3 } as never)).toThrow("device_id is no text");
  });
});

describe("cost", () => {
  it("draws nothing when other states change", async () => {
    const home = new Home(electric());
    const card = await show(home);
    const draw = vi.spyOn(card, "render");
    card.hass = { ...home.hass, states: { "sensor.other": { state: "1", attributes: {} } } };
    await card.updateComplete;
    expect(draw).not.toHaveBeenCalled();
  });

  it("ends its subscription while it cannot be seen", async () => {
    vi.useFakeTimers();
    const home = new Home(electric());
    await show(home);
    expect(home.subscriptions).toBe(1);
    for (const tell of page.observers) tell(false);
    await vi.advanceTimersByTimeAsync(6_000);
    expect(home.subscriptions).toBe(0);
    for (const tell of page.observers) tell(true);
    await settle();
    expect(home.subscriptions).toBe(1);
    vi.useRealTimers();
  });
});

describe("time", () => {
  it("passes only while somebody can see the card", async () => {
    vi.useFakeTimers();
    const card = await show(new Home(electric()));
    const reported = (): string => read(one(card, ".reported"));
    const pass = async (): Promise<string> => {
      await vi.advanceTimersByTimeAsync(10 * 60_000);
      return reported();
    };
    const hide = (hidden: boolean): void => {
      Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    };
    expect([reported(), await pass()]).toEqual([
      expect.stringContaining("12 minutes ago"),
      expect.stringContaining("22 minutes ago"),
    ]);
    hide(true);
    expect(await pass()).toContain("22 minutes ago");
    hide(false);
    await vi.advanceTimersByTimeAsync(0);
    expect(reported()).toContain("32 minutes ago");
    hide(true);
    card.remove();
    hide(false);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });
});

describe("hostile texts", () => {
  it.each(["", ...NAMES])("stay text in every part: %s", async (name) => {
    const card = await show(new Home(hostile()), name ? { parts: [name] } : {});
    await vi.dynamicImportSettled();
    await settle();
    expect(every(card.shadowRoot!, "script, img")).toEqual([]);
    if (!name) expect(read(one(card, ".name"))).toBe(HOSTILE.replace(/\s+/g, " "));
  });

  it("show a picture only of this Home Assistant", async () => {
    for (const url of [
      "//evil.example/a.png",
      "https://evil.example/a.png",
      "javascript:alert(1)",
      "/\\evil.example",
    ])
      expect(
        every(
          (await show(new Home(electric({ picture: { entity_id: "image.a", url } })))).shadowRoot!,
          "img",
        ),
      ).toEqual([]);
    const own = { entity_id: "image.a", url: "/api/image_proxy/image.a?token=1" };
    expect(one(await show(new Home(electric({ picture: own }))), "img").getAttribute("src")).toBe(own.url);
  });
});

describe("commands", () => {
  const button = (card: MyBmwCard, text: RegExp): HTMLElement =>
    every(card.shadowRoot!, ".command").find((item) => text.test(read(item))) as HTMLElement;
  const press = (item: HTMLElement, type: string): boolean =>
    item.dispatchEvent(new PointerEvent(type, { button: 0, bubbles: true }));
  const sent = ["button", "press"];

  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("are service calls of the user", async () => {
    const home = new Home(electric());
    const card = await show(home);
    button(card, /^Lock$/).click();
    expect(home.calls).toEqual([[...sent, { entity_id: "button.lock" }]]);
  });

  it("unlock after a long press only", async () => {
    const home = new Home(electric());
    const card = await show(home);
    const unlock = button(card, /^Unlock/);
    press(unlock, "pointerdown");
    await vi.advanceTimersByTimeAsync(900);
    press(unlock, "pointerup");
    unlock.click();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(home.calls).toEqual([]);
    expect(read(one(card, ".outcome"))).toBe("Hold to do: Unlock");
    press(unlock, "pointerdown");
    await vi.advanceTimersByTimeAsync(1_100);
    press(unlock, "pointerup");
    unlock.click();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(home.calls).toEqual([[...sent, { entity_id: "button.unlock" }]]);
  });

  it("unlock by a long press although another button loses the focus", async () => {
    const home = new Home(electric());
    const card = await show(home);
    const unlock = button(card, /^Unlock/);
    press(unlock, "pointerdown");
    button(card, /^Lock$/).dispatchEvent(new FocusEvent("blur"));
    await vi.advanceTimersByTimeAsync(900);
    press(unlock, "pointerup");
    unlock.click();
    await settle();
    expect(every(card.shadowRoot!, "dialog")).toEqual([]);
    press(unlock, "pointerdown");
    button(card, /^Lock$/).dispatchEvent(new FocusEvent("blur"));
    await vi.advanceTimersByTimeAsync(1_100);
    expect(home.calls).toHaveLength(1);
  });

  it("unlock by a key that is held", async () => {
    const home = new Home(electric());
    const unlock = button(await show(home), /^Unlock/);
    unlock.dispatchEvent(new KeyboardEvent("keydown", { key: " " }));
    await vi.advanceTimersByTimeAsync(1_100);
    expect(home.calls).toHaveLength(1);
  });

  it.each([/^Horn/, /^Lights/, /^Unlock/])("ask before %s", async (name) => {
    const home = new Home(electric());
    const card = await show(home);
    button(card, name).click();
    await settle();
    const dialog = one(card, "dialog") as HTMLDialogElement;
    expect(dialog.open).toBe(true);
    dialog.close("no");
    expect(home.calls).toEqual([]);
    button(card, name).click();
    await settle();
    (one(card, "dialog") as HTMLDialogElement).close("yes");
    expect(home.calls).toHaveLength(1);
  });

  it("show what came of them", async () => {
    const home = new Home(electric());
    const card = await show(home);
    const at = new Date().toISOString();
    const outcome = async (state: CarData["command_state"]): Promise<string> => {
      home.send({ command_state: state });
      await settle();
      return read(one(card, ".outcome"));
    };
    expect(await outcome({ name: "lock", state: "pending", text: "Sent", at })).toBe("Lock: Sent");
    expect(button(card, /^Lock$/).getAttribute("aria-busy")).toBe("true");
    expect(await outcome({ name: "lock", state: "executed", text: "Done", at })).toBe("Lock: Done");
    expect(await outcome(null)).toBe("");
    home.fails = "The car did not answer.";
    button(card, /^Lock$/).click();
    await settle();
    expect(read(one(card, ".outcome"))).toBe("That did not work: The car did not answer.");
  });

  it("end only what runs, and begin only what does not", async () => {
    const label = {
      label: "",
      confirm: "none",
      domain: "switch",
      service: "turn_on",
      data: {},
      entity_id: null,
    } as const;
    const commands = {
      climate_start: { ...label, label: "Start climate" },
      climate_stop: { ...label, label: "Stop climate" },
    };
    const climate = (value: boolean, stale = false): CarData["facts"] => ({
      climate_active: fact(value, { stale }),
    });
    const home = new Home(car({ commands, facts: climate(false) }));
    const card = await show(home);
    const shown = (): string[] => every(card.shadowRoot!, ".command").map(read);
    expect(shown()).toEqual(["Start climate"]);
    home.send({ facts: climate(true) });
    await settle();
    expect(shown()).toEqual(["Stop climate"]);
    home.send({ facts: climate(true, true) });
    await settle();
    expect(shown()).toEqual(["Start climate", "Stop climate"]);
  });

  it("are not shown if the configuration says so", async () => {
    expect(every((await show(new Home(electric()), { commands: false })).shadowRoot!, ".command")).toEqual(
      [],
    );
  });
});
