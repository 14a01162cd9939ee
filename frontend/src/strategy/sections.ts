// The sections of a car: what is shown, as far as its entities and records exist.

import { bars, filled, heading, history, lines, tile, WIDE } from "./cards";
import { nameOf, own, services, statisticsOf, type Card, type Home, type Listed } from "./home";

export type Section = { type: "grid"; cards: Card[] };

interface Row {
  icon: string;
  /** The key of the title; without one, the cards say what they are. */
  title?: string;
  cards(home: Home, car: Listed): Card[];
}

const CHARGING = [
  "charging_state",
  "charging_power",
  "charging_end",
  "plugged",
  "charge_target",
  "last_charge",
];
const TYRES = ["tyre_front_left", "tyre_front_right", "tyre_rear_left", "tyre_rear_right"];
const VEHICLE = ["doors_open", "windows_open", "sunroof", "convertible_top", "battery_12v"];
const SERVICE = ["next_service_date", "next_service_distance", "check_control"];
const TRIPS = ["last_trip", "distance_this_month", "electric_share", "fuel_consumption", "mileage"];

function tiles(car: Listed, names: string[]): Card[] {
  const ids = names.map((name) => car.entities[name]).filter((id) => id !== undefined);
  return [...new Set(ids)].map((id) => tile(id));
}

/** Return one card for an entity of a fact, or none. */
function one(car: Listed, name: string, make: (id: string) => Card): Card[] {
  const id = car.entities[name];
  return id ? [make(id)] : [];
}

/** Return a card of ours with one part, which asks nothing of the car. */
function part(car: Listed, name: string): Card {
  return { type: "custom:mybmw-card", device_id: car.device_id, parts: [name], ...WIDE };
}

function sums(home: Home, car: Listed, title: string, series: string): Card[] {
  const found = statisticsOf(home, car.device_id, series);
  return found.length ? [bars(home.text(title), found)] : [];
}

/** Return the means of entities that have statistics. */
function means(home: Home, car: Listed, title: string, names: string[]): Card[] {
  const ids = names.map((name) => car.entities[name]).filter((id) => id !== undefined);
  const found = ids.filter((id) => home.hass.states[id]?.attributes["state_class"] === "measurement");
  return found.length ? [lines(home.text(title), found)] : [];
}

function calendar(home: Home, car: Listed): Card[] {
  const id = own(home.hass, car.device_id, "calendar.journal");
  return id ? [{ type: "calendar", entities: [id], initial_view: "dayGridMonth", ...WIDE }] : [];
}

const LEVELS = { features: [{ type: "custom:mybmw-charge-feature" }], ...WIDE };
const CLIMATE = { features: [{ type: "custom:mybmw-climate-feature" }], ...WIDE };
const LOCK = { features: [{ type: "custom:mybmw-lock-feature" }], ...WIDE };

/** The sections by name. */
export const SECTIONS: Record<string, Row> = {
  overview: {
    icon: "mdi:car",
    cards: (_, car) => [{ type: "custom:mybmw-card", device_id: car.device_id, ...WIDE }],
  },
  charging: {
    icon: "mdi:ev-station",
    title: "part_charges",
    cards: (home, car) =>
      car.drive === "combustion"
        ? []
        : [
            ...one(car, "charge_level", (id) => tile(id, LEVELS)),
            ...tiles(car, CHARGING),
            ...sums(home, car, "graph_charged", "charged_"),
            ...sums(home, car, "graph_costs", "charging_cost_"),
            ...(car.has.journal ? [part(car, "charges")] : []),
          ],
  },
  trips: {
    icon: "mdi:map-marker-path",
    title: "part_trips",
    cards: (home, car) => [
      ...tiles(car, TRIPS),
      ...sums(home, car, "graph_distance", "distance"),
      ...sums(home, car, "graph_driving_energy", "driving_energy"),
      ...sums(home, car, "graph_fuel_costs", "fuel_cost_"),
      ...calendar(home, car),
      ...(car.has.journal ? [part(car, "trips")] : []),
    ],
  },
  place: {
    icon: "mdi:map-marker",
    title: "part_place",
    cards: (_, car) =>
      one(car, "position", (id) => ({ type: "map", entities: [id], default_zoom: 14, ...WIDE })),
  },
  vehicle: {
    icon: "mdi:car-door",
    title: "part_car",
    cards: (_, car) => [
      ...one(car, "locked", (id) => tile(id, id.startsWith("lock.") ? LOCK : WIDE)),
      ...one(car, "climate_active", (id) => tile(id, id.startsWith("switch.") ? CLIMATE : WIDE)),
      ...tiles(car, [...VEHICLE, ...TYRES]),
    ],
  },
  service: {
    icon: "mdi:wrench",
    title: "part_service",
    cards: (_, car) => [...tiles(car, SERVICE), ...(car.has.service ? [part(car, "service")] : [])],
  },
  statistics: {
    icon: "mdi:chart-line",
    title: "section_statistics",
    cards: (home, car) => [
      ...means(home, car, "graph_level", ["charge_level", "fuel_percent"]),
      ...means(home, car, "graph_range", ["range_electric", "range_total"]),
      ...means(home, car, "graph_battery", ["battery_health"]),
      ...means(home, car, "graph_battery_12v", ["battery_12v"]),
    ],
  },
};

/** Return a section of a car; undefined if the car has nothing for it. */
export function section(home: Home, car: Listed, name: string): Section | undefined {
  const row = Object.hasOwn(SECTIONS, name) ? SECTIONS[name] : undefined;
  const cards = row?.cards(home, car) ?? [];
  if (!row || !cards.length) return undefined;
  const title = row.title ? [heading(home.text(row.title), row.icon)] : [];
  return { type: "grid", cards: [...title, ...filled(cards)] };
}

const STATES = [
  "binary_sensor.stream",
  "sensor.stream_state",
  "sensor.service_state",
  "sensor.source_data_state",
];
const COUNTS = ["sensor.calls_left", "sensor.next_call", "sensor.last_poll", "sensor.next_poll"];
const HEALTH = ["sensor.stream_uptime", "sensor.messages_received", "sensor.last_error"];
const WEEK = 168;

/** Return for each service how the connection has been, and which requests were made. */
export function health(home: Home): Section[] {
  return services(home.hass).flatMap((device) => {
    const find = (keys: string[]): string[] =>
      keys.map((key) => own(home.hass, device.id, key)).filter((id) => id !== undefined);
    const states = find(STATES);
    const made = find(["sensor.calls_made"]);
    const cards = [
      ...find([...STATES, ...COUNTS, ...HEALTH]).map((id) => tile(id)),
      ...(states.length ? [history(home.text("graph_connection"), states, WEEK)] : []),
      ...(made.length ? [lines(home.text("graph_requests"), made)] : []),
    ];
    const path = `/config/devices/device/${device.id}`;
    const title = heading(nameOf(device), "mdi:cloud-outline", path);
    return cards.length ? [{ type: "grid" as const, cards: [title, ...filled(cards)] }] : [];
  });
}
