// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from "vitest";
import { render } from "lit";
import { common } from "../../custom_components/mybmw/translations/en.json";
import type { MyBmwCard } from "../src/card";
import { currentMonth, shifted } from "../src/parts/history";
import { report } from "../src/parts/report";
import type { History } from "../src/history_types";
import type { CarData } from "../src/types";
import { View } from "../src/view";
import { HOSTILE, charging, electric, hybrid, past } from "./garage";
import { Home, every, one, read, settle, show } from "./home";

async function part(home: Home, name: string): Promise<MyBmwCard> {
  const card = await show(home, { parts: [name] });
  await vi.dynamicImportSettled();
  await settle();
  return card;
}

const rows = (card: MyBmwCard, selector = ".row"): string[] => every(card.shadowRoot!, selector).map(read);

afterEach(() => void document.body.replaceChildren());

describe("months", () => {
  it("follow each other over the year's end", () => {
    expect([shifted("2026-12", 1), shifted("2026-01", -1)]).toEqual(["2027-01", "2025-12"]);
  });

  it("begin where the server is, if the user wants its times", () => {
    const night = new Date("2026-11-30T23:30:00Z");
    expect([currentMonth("Europe/Berlin", night), currentMonth("UTC", night)]).toEqual([
      "2026-12",
      "2026-11",
    ]);
  });

  it("can be turned back to the first and on to this one", async () => {
    const home = new Home(electric());
    const [now, before] = [currentMonth(undefined), shifted(currentMonth(undefined), -1)];
    home.answer = async () => past({ month: now, first_month: before });
    const card = await part(home, "trips");
    const [back, on] = every(card.shadowRoot!, "nav button") as HTMLButtonElement[];
    expect([back!.disabled, on!.disabled]).toEqual([false, true]);
    back!.click();
    await settle();
    expect([back!.disabled, on!.disabled]).toEqual([true, false]);
    expect(home.asked.map((message) => (message as { month?: string }).month)).toEqual([now, before]);
  });
});

describe("trips", () => {
  it("say where, how far and how long", async () => {
    const card = await part(new Home(electric()), "trips");
    expect(rows(card)).toEqual([
      expect.stringMatching(/^Home → Work 23.4 km .+ · 40 min · 17.2 kWh\/100 km · Business$/),
      expect.stringMatching(/^.+ 4.0 km$/),
    ]);
    expect(rows(card, ".stat")).toEqual(["412 km Distance", "14 Trips", "16.8 kWh/100 km Consumption"]);
  });

  it("say how much was electric, and what was burnt", async () => {
    const home = new Home(hybrid());
    const [trip] = past().trips;
    const totals = { fuel: 31.4, fuel_consumption: 5.61, electric_share: 63 };
    home.answer = async () =>
      past({ trips: [{ ...trip!, fuel_consumption: 4.9, electric_share: 62 }], totals });
    const card = await part(home, "trips");
    expect(rows(card)[0]).toMatch(/ · 17.2 kWh\/100 km · 4.9 L\/100 km · 62% electric · Business$/);
    expect(rows(card, ".stat")).toEqual(["31.4 L Fuel", "5.6 L/100 km Consumption", "63% Electric share"]);
  });

  it("say so if there were none", async () => {
    const home = new Home(electric());
    home.answer = async () => past({ trips: [] });
    expect(rows(await part(home, "trips"), ".empty")[0]).toMatch(/^No trips in \w+ 20\d\d$/);
  });
});

describe("charges", () => {
  it("say where, how much and what it cost", async () => {
    const card = await part(new Home(electric()), "charges");
    expect(rows(card)[0]).toMatch(/^Home 31.4 kWh .+ · 22 → 80% · 2 h 10 min · AC €9.40$/);
    expect(rows(card, ".stat")).toEqual(["43.4 kWh Energy", "2 Times charged", "€9.40 Cost"]);
  });

  it("begin with the one that goes on, which is asked for again as the charge rises", async () => {
    const home = new Home(charging());
    const [charge] = past().charges;
    const running = { ...charge!, id: "3", energy: 6.2, soc_start: 38, soc_end: 46, cost: null };
    home.answer = async () => past({ running, charges: [] });
    const card = await part(home, "charges");
    expect(rows(card, ".running")[0]).toMatch(/^Charging now 6.2 kWh Home · .+ · 38 → 46% · /);
    expect(every(card.shadowRoot!, ".running .chart")).toHaveLength(1);
    home.send({ facts: { charge_level: { ...charging().facts["charge_level"]!, value: 47 } } });
    await card.updateComplete;
    await settle();
    expect(home.asked).toHaveLength(2);
  });

  it("have a curve of their power, where it was recorded", async () => {
    const card = await part(new Home(electric()), "charges");
    expect(every(card.shadowRoot!, ".chart").map((chart) => chart.getAttribute("aria-label"))).toEqual([
      "Charging power, at most 11.0\u00a0kW",
    ]);
    expect(rows(card, "details .empty")).toEqual(["No power was recorded for this."]);
  });
});

describe("on paper", () => {
  const table = (element: ParentNode): string[] => every(element, "tr").map(read);
  const paper = (shown: CarData, found: History): HTMLElement => {
    const home = new Home(shown);
    const target = document.createElement("div");
    render(report(new View(home.hass, { ...shown, texts: common }, target), found), target);
    return target;
  };

  it("has sums, trips and charges of the month, the first ones first", () => {
    const page = paper(electric(), past());
    expect(read(page.querySelector("h1"))).toMatch(/^i4 eDrive40 : \w+ 20\d\d$/);
    expect(table(page)).toEqual([
      "Distance 412.0 km",
      "Trips 14",
      "Consumption 16.8 kWh/100 km",
      "Times charged 2",
      "Charging 43.4 kWh",
      "Cost €9.40",
      "Date From – to Distance Duration Consumption Purpose",
      expect.stringMatching(/ 4.0 km$/),
      expect.stringMatching(/ Home – Work 23.4 km 40 min 17.2 kWh\/100 km Business$/),
      "Date Location Energy Charge level Cost",
      expect.stringMatching(/ 12.0 kWh$/),
      expect.stringMatching(/ Home 31.4 kWh 22% – 80% €9.40$/),
    ]);
  });

  it("is text, whatever places are called", () => {
    const [trip] = past().trips;
    const page = paper(hybrid(), past({ trips: [{ ...trip!, from: HOSTILE, to: HOSTILE }] }));
    expect(every(page, "script, img")).toEqual([]);
  });

  it("has the whole month, which is asked for then", async () => {
    const home = new Home(electric());
    const card = await part(home, "charges");
    const printed = vi.fn();
    const frames: HTMLIFrameElement[] = [];
    const append = vi.spyOn(document.body, "append").mockImplementation((frame) => {
      Object.defineProperty(frame, "contentDocument", {
        value: document.implementation.createHTMLDocument(),
      });
      const view = Object.assign(new EventTarget(), { print: printed });
      Object.defineProperty(frame, "contentWindow", { value: view });
      frames.push(frame as HTMLIFrameElement);
      (frame as HTMLIFrameElement).dispatchEvent(new Event("load"));
    });
    one(card, ".action").click();
    await vi.dynamicImportSettled();
    await settle();
    append.mockRestore();
    expect(home.asked.pop()).toMatchObject({ type: "mybmw/card/history", whole: true });
    expect(printed).toHaveBeenCalledOnce();
    expect(frames[0]!.contentDocument!.body.textContent).toContain("Home");
  });
});

describe("battery", () => {
  it("is drawn by month", async () => {
    const card = await part(new Home(electric()), "battery");
    expect(rows(card, ".tile")).toEqual(["96.4% Battery health", "78.1 kWh Usable battery"]);
    expect(rows(card, ".chart")).toEqual(["81 kWh 77 kWh Sep 26 Nov 26"]);
  });

  it("waits until something is known", async () => {
    const home = new Home(electric({ facts: {} }));
    home.answer = async () => past({ battery: [] });
    expect(rows(await part(home, "battery"), ".empty")[0]).toMatch(/^What the battery holds/);
  });
});

describe("without an answer", () => {
  it("says how to switch the journal on", async () => {
    const home = new Home(electric());
    home.answer = () => Promise.reject({ code: "no_journal" });
    expect(rows(await part(home, "trips"), ".empty")[0]).toMatch(/Switch the journal on/);
  });

  it("can be tried again", async () => {
    const home = new Home(electric());
    home.answer = () => Promise.reject({ code: "timeout" });
    const card = await part(home, "trips");
    home.answer = async () => past();
    one(card, ".action").click();
    await settle();
    expect(rows(card)).toHaveLength(2);
  });

  it("is asked once by all cards, until the car has driven or charged", async () => {
    const home = new Home(electric());
    const card = await part(home, "trips");
    await part(home, "charges");
    expect(home.asked).toHaveLength(1);
    home.send({
      facts: { last_charge: { ...electric().facts["last_charge"]!, at: "2026-11-30T10:00:00Z" } },
    });
    await card.updateComplete;
    await settle();
    expect(home.asked).toHaveLength(2);
  });
});
