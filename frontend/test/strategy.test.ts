// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { filled, tile } from "../src/strategy/cards";
import type { Listed, StrategyHass } from "../src/strategy/home";
import { carSection, carView, dashboard } from "../src/strategy/views";

interface Content {
  path?: string;
  title?: string;
  strategy?: unknown;
  cards?: Card[];
  badges?: unknown[];
  sections?: { cards: Card[] }[];
}
type Card = Record<string, unknown>;

const TEXTS = { view_cars: "Autos", part_trips: "Fahrten", graph_distance: "Strecke" };

function listed(more: Partial<Listed> = {}): Listed {
  return {
    device_id: "a",
    name: "i4",
    drive: "electric",
    entities: {},
    has: { journal: false, position: false, climate: false, service: false, tyres: false },
    ...more,
  };
}

/** Return a Home Assistant with cars and answers by command; one that is missing is refused. */
function home(cars: Listed[], answers: Record<string, unknown> = {}, more: Partial<StrategyHass> = {}) {
  const known: Record<string, unknown> = {
    "mybmw/card/cars": cars,
    "frontend/get_translations": {
      resources: Object.fromEntries(
        Object.entries(TEXTS).map(([key, text]) => [`component.mybmw.common.${key}`, text]),
      ),
    },
    ...answers,
  };
  const asked: Card[] = [];
  const connection = {
    sendMessagePromise: async (message: Card & { type: string }) => {
      asked.push(message);
      if (!(message.type in known)) throw { code: "unknown_command" };
      return known[message.type];
    },
    subscribeMessage: () => Promise.reject(new Error("not expected")),
  } as unknown as StrategyHass["connection"];
  const hass: StrategyHass = {
    connection,
    language: "de",
    config: { state: "RUNNING" },
    entities: {},
    devices: {},
    states: {},
    ...more,
  };
  return { hass, asked };
}

const types = (sections: { cards: Card[] }[] = []): unknown[] =>
  sections.map((section) => section.cards.map((card) => card["type"]));
const entitiesOf = (cards: Card[] = []): unknown[] => cards.map((card) => card["entity"]);

describe("the dashboard", () => {
  it("has a view for each car, generated when it is opened", async () => {
    const { hass, asked } = home([listed(), listed({ device_id: "b", name: "330e" })]);
    const { title, views } = await dashboard(hass);
    expect(title).toBe("Autos");
    expect((views as Content[]).map((view) => [view.path, view.title])).toEqual([
      ["all", "Autos"],
      ["a", "i4"],
      ["b", "330e"],
    ]);
    expect((views as Content[])[1]?.strategy).toEqual({ type: "custom:mybmw-car", device_id: "a" });
    expect((views as Content[])[0]?.badges).toHaveLength(2);
    expect(asked[0]).toEqual({ type: "mybmw/card/cars", language: "de" });
  });

  it("opens the car at once if there is only one", async () => {
    const { views } = await dashboard(home([listed()]).hass);
    expect((views as Content[]).map((view) => view.path)).toEqual(["a"]);
  });

  it("shows all cars on a map if their position may be seen", async () => {
    const place = (id: string) => ({ device_id: id, entities: { position: `device_tracker.${id}` } });
    const { views } = await dashboard(home([listed(place("a")), listed(place("b")), listed()]).hass);
    const map = (views as Content[]).find((view) => view.path === "map");
    expect(map?.cards?.[0]?.["entities"]).toEqual(["device_tracker.a", "device_tracker.b"]);
  });

  it("shows the card, which says what to do, while there is no car", async () => {
    const { views } = await dashboard(home([]).hass);
    expect(types((views as Content[])[0]?.sections)).toEqual([["heading", "custom:mybmw-card"]]);
  });

  it("shows the card if the integration does not answer", async () => {
    const { hass } = home([], {});
    hass.connection.sendMessagePromise = () => Promise.reject({ code: "unknown_command" });
    const { views } = await dashboard(hass);
    expect(views as Content[]).toHaveLength(1);
  });

  it("shows the connection of each account, as far as its entities are enabled", async () => {
    const of = (id: string, key: string, device = "s") => ({
      [id]: { entity_id: id, device_id: device, platform: "mybmw", translation_key: key },
    });
    const { hass } = home(
      [listed()],
      {},
      {
        states: { "sensor.left": { attributes: {} }, "binary_sensor.x": { attributes: {} } },
        devices: {
          s: { id: "s", name: "Service", name_by_user: null, entry_type: "service" },
          other: { id: "other", name: "Other", name_by_user: null, entry_type: "service" },
        },
        entities: {
          ...of("sensor.made", "calls_made"),
          ...of("sensor.left", "calls_left"),
          ...of("binary_sensor.x", "stream"),
          other: {
            entity_id: "sensor.o",
            device_id: "other",
            platform: "other",
            translation_key: "calls_left",
          },
        },
      },
    );
    const { views } = await dashboard(hass);
    const view = (views as Content[]).find((item) => item.path === "connection");
    expect(types(view?.sections)).toEqual([["heading", "tile", "tile", "history-graph"]]);
    expect(entitiesOf(view?.sections?.[0]?.cards)).toEqual([
      undefined,
      "binary_sensor.x",
      "sensor.left",
      undefined,
    ]);
  });
});

describe("the view of a car", () => {
  it("shows what the car has and nothing else", async () => {
    const { hass } = home([
      listed({
        entities: { charge_level: "sensor.soc", plugged: "binary_sensor.plug", mileage: "sensor.km" },
      }),
    ]);
    const view = (await carView({ type: "" }, hass)) as Content;
    expect(types(view.sections)).toEqual([
      ["custom:mybmw-card"],
      ["heading", "tile", "tile"],
      ["heading", "tile"],
    ]);
    expect(entitiesOf(view.sections?.[1]?.cards)).toEqual([undefined, "sensor.soc", "binary_sensor.plug"]);
  });

  it("shows the statistics of this car", async () => {
    const statistics = ["wba1_distance", "wba1_charged_home", "wba1_charged_away", "wba12_distance"];
    const { hass } = home(
      [listed()],
      {
        "recorder/list_statistic_ids": [
          ...statistics.map((id) => ({ statistic_id: `mybmw:${id}`, source: "mybmw" })),
          { statistic_id: "other:wba1_distance", source: "other" },
        ],
      },
      { devices: { a: { id: "a", name: "i4", name_by_user: null, identifiers: [["mybmw", "WBA1"]] } } },
    );
    const view = (await carView({ type: "", device_id: "a" }, hass)) as Content;
    const graphs = view.sections?.flatMap((section) => section.cards).filter((card) => card["title"]);
    expect(graphs?.map((card) => card["entities"])).toEqual([
      ["mybmw:wba1_charged_away", "mybmw:wba1_charged_home"],
      ["mybmw:wba1_distance"],
    ]);
    expect(graphs?.[1]?.["title"]).toBe("Strecke");
  });

  it("has graphs of values that the recorder keeps", async () => {
    const kept = { attributes: { state_class: "measurement" } };
    const { hass } = home(
      [listed({ entities: { charge_level: "sensor.soc", battery_12v: "sensor.low" } })],
      {},
      { states: { "sensor.soc": kept, "sensor.low": { attributes: {} } } },
    );
    const view = (await carView({ type: "" }, hass)) as Content;
    expect(view.sections?.at(-1)?.cards.map((card) => card["entities"])).toEqual([undefined, ["sensor.soc"]]);
  });

  it("shows no charging for a car that burns fuel only", async () => {
    const { hass } = home([listed({ drive: "combustion", has: { ...listed().has, journal: true } })]);
    const view = (await carView({ type: "" }, hass)) as Content;
    const parts = view.sections?.flatMap((section) => section.cards).map((card) => card["parts"]);
    expect(parts?.filter(Boolean)).toEqual([["trips"]]);
  });

  it("shows the calendar of the car if it is enabled", async () => {
    const entity = {
      entity_id: "calendar.i4",
      device_id: "a",
      platform: "mybmw",
      translation_key: "journal",
    };
    const { hass } = home(
      [listed()],
      {},
      { entities: { "calendar.i4": entity }, states: { "calendar.i4": { attributes: {} } } },
    );
    const section = (await carSection({ type: "", section: "trips" }, hass)) as { cards: Card[] };
    expect(section.cards.map((card) => card["entities"])).toEqual([undefined, ["calendar.i4"]]);
  });

  it("sends no command by mistake: a tap on a tile opens the details", async () => {
    const names = ["charge_level", "charging_state", "plugged", "locked", "climate_active", "charge_target"];
    const entities = Object.fromEntries(names.map((name) => [name, `switch.${name}`]));
    const view = (await carView({ type: "" }, home([listed({ entities })]).hass)) as Content;
    const all = view.sections?.flatMap((section) => section.cards) ?? [];
    const tiles = all.filter((card) => card["type"] === "tile");
    expect(entitiesOf(tiles).sort()).toEqual(Object.values(entities).sort());
    const details = { action: "more-info" };
    for (const card of tiles) expect(card).toMatchObject({ tap_action: details, icon_tap_action: details });
    const features = tiles.flatMap((card) => (card["features"] as Card[] | undefined) ?? []);
    expect(features.map((item) => item["type"])).toEqual([
      "custom:mybmw-charge-feature",
      "custom:mybmw-climate-feature",
    ]);
  });

  it("is empty for a car that is gone", async () => {
    const view = (await carView({ type: "", device_id: "gone" }, home([listed()]).hass)) as Content;
    expect(types(view.sections)).toEqual([["heading", "custom:mybmw-card"]]);
  });
});

describe("a section", () => {
  it("is the overview unless another one is wanted", async () => {
    const { hass } = home([listed({ entities: { locked: "lock.i4" } })]);
    const overview = (await carSection({ type: "", device_id: "a" }, hass)) as { cards: Card[] };
    expect(overview.cards[0]?.["type"]).toBe("custom:mybmw-card");
    const vehicle = (await carSection({ type: "", section: "vehicle" }, hass)) as { cards: Card[] };
    expect(vehicle.cards[1]).toMatchObject({
      entity: "lock.i4",
      features: [{ type: "custom:mybmw-lock-feature" }],
    });
  });

  it("falls back to the card for an unknown name", async () => {
    const section = (await carSection({ type: "", section: "__proto__" }, home([listed()]).hass)) as {
      cards: Card[];
    };
    expect(section.cards.at(-1)?.["type"]).toBe("custom:mybmw-card");
  });
});

describe("rows", () => {
  it("have no gap: the last of an odd number of tiles is wide", () => {
    const graph = { type: "graph", grid_options: { columns: 12 } };
    const cards = filled([
      tile("a.a"),
      tile("a.b"),
      tile("a.c"),
      graph,
      tile("a.d"),
      tile("a.e"),
      tile("a.f"),
    ]);
    const wide = cards.filter((card) => card.type === "tile" && "grid_options" in card);
    expect(entitiesOf(wide)).toEqual(["a.c", "a.f"]);
  });
});
