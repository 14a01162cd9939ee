// Cars of every kind as the integration sends them, for tests.

import type { CarData, Command, Fact } from "../src/types";
import type { History } from "../src/history_types";
import { car, fact } from "./car";

const NOW = Date.now();
export const ago = (minutes: number): string => new Date(NOW - minutes * 60_000).toISOString();

let count = 0;
const named = (name: string, value: Fact["value"], more: Partial<Fact> = {}): Fact =>
  fact(value, { name, entity_id: `sensor.car_${++count}`, at: ago(12), ...more });
const number = (name: string, value: number | null, unit: string, precision = 0): Fact =>
  named(name, value, { unit, precision });
const closed = (name: string, open = false): Fact => named(name, open, { text: open ? "Open" : "Closed" });

const command = (label: string, confirm: Command["confirm"] = "none", service = "press"): Command => ({
  domain: "button",
  service,
  data: { entity_id: `button.${label.toLowerCase().replaceAll(" ", "_")}` },
  confirm,
  entity_id: null,
  label,
});

const COMMANDS = {
  lock: command("Lock"),
  unlock: command("Unlock", "hold"),
  climate_start: command("Start climate"),
  horn: command("Horn", "dialog"),
  lights: command("Lights", "dialog"),
};

function closures(open: Record<string, boolean> = {}): Record<string, Fact> {
  const names: Record<string, string> = {
    door_front_left: "Driver door",
    door_front_right: "Passenger door",
    door_rear_left: "Rear left door",
    door_rear_right: "Rear right door",
    window_front_left: "Driver window",
    window_front_right: "Passenger window",
    window_rear_left: "Rear left window",
    window_rear_right: "Rear right window",
    hood: "Bonnet",
    trunk: "Boot",
    sunroof: "Sunroof",
  };
  return Object.fromEntries(
    Object.entries(names).map(([name, text]) => [name, closed(text, open[name] ?? false)]),
  );
}

function tyres(...pressures: number[]): Record<string, Fact> {
  const corners = ["front_left", "front_right", "rear_left", "rear_right"];
  const each = corners.flatMap((corner, index): [string, Fact][] => [
    [`tyre_${corner}`, number("Tyre pressure", pressures[index] ?? 2.5, "bar", 1)],
    [`tyre_target_${corner}`, number("Target pressure", 2.5, "bar", 1)],
  ]);
  return Object.fromEntries(each);
}

const place: Fact = named("Location", "home", { text: "Home", latitude: 48.177, longitude: 11.559 });

export const electric = (more: Partial<CarData> = {}): CarData =>
  car({
    name: "i4 eDrive40",
    reported_at: ago(12),
    asleep: true,
    facts: {
      charge_level: number("Charge", 68, "%"),
      charge_target: number("Target charge", 80, "%"),
      range_electric: number("Electric range", 312, "km"),
      charging_state: named("Charging", "not_charging", { text: "Not charging" }),
      plugged: named("Plug", false, { text: "Disconnected" }),
      locked: named("Lock", true, { text: "Locked" }),
      last_charge: { ...number("Last charge", 31.4, "kWh", 1), at: ago(1500) },
      charged_this_month: number("Charged this month", 184, "kWh"),
      climate_active: named("Climate", false, { text: "Off" }),
      departure_1: named("Departure 1", "07:30", { text: "Mon – Fri", on: true }),
      departure_2: named("Departure 2", "09:00", { text: "Sat", on: false }),
      mileage: number("Mileage", 24813, "km"),
      battery_12v: number("12 V battery", 92, "%"),
      battery_health: number("Battery health", 96.4, "%", 1),
      battery_capacity: number("Usable battery", 78.1, "kWh", 1),
      position: place,
      lights: named("Lights", false, { text: "Off" }),
      alarm: named("Alarm", true, { text: "Armed" }),
      ...closures(),
      ...tyres(2.5, 2.5, 2.6, 2.5),
    },
    services: [
      {
        text: "Vehicle check",
        status: "overdue",
        due_text: "Overdue",
        due: "2026-10-01",
        distance: null,
        unit: null,
      },
      { text: "Brake fluid", status: "ok", due_text: "OK", due: "2027-05-31", distance: 14000, unit: "km" },
      { text: "Front tyres", status: "ok", due_text: "OK", due: null, distance: null, unit: null },
      { text: "Rear tyres", status: null, due_text: null, due: null, distance: null, unit: null },
    ],
    commands: COMMANDS,
    ...more,
  });

export const charging = (): CarData => {
  const parked = electric({ name: "iX xDrive50", body: "suv", asleep: false, reported_at: ago(1) });
  return {
    ...parked,
    facts: {
      ...parked.facts,
      charge_level: number("Charge", 46, "%"),
      predicted_charge_level: number("Estimated charge", 49, "%"),
      range_electric: number("Electric range", 241, "km"),
      charging_state: named("Charging", "charging", { text: "Charging" }),
      charging_power: number("Charging power", 10.8, "kW", 1),
      charging_end: named("Charging end", new Date(NOW + 9_600_000).toISOString()),
      charging_gained: number("Gained", 84, "km"),
      plugged: named("Plug", true, { text: "Connected" }),
    },
  };
};

export const hybrid = (): CarData =>
  car({
    name: "330e Touring",
    drive: "plug_in_hybrid",
    body: "estate",
    reported_at: ago(185),
    asleep: true,
    warnings: [{ text: "Driver door is open", entity_id: "binary_sensor.door", severity: "warning" }],
    facts: {
      charge_level: number("Charge", 54, "%"),
      charge_target: number("Target charge", 100, "%"),
      range_electric: number("Electric range", 28, "km"),
      fuel_percent: number("Fuel", 71, "%"),
      fuel_level: number("Fuel", 28, "L"),
      range_fuel: number("Fuel range", 460, "km"),
      range_total: number("Range", 488, "km"),
      electric_share: number("Electric share", 63, "%"),
      charging_state: named("Charging", "not_charging", { text: "Not charging" }),
      plugged: named("Plug", false, { text: "Disconnected" }),
      locked: named("Lock", false, { text: "Unlocked" }),
      ...closures({ door_front_left: true, window_rear_right: true }),
      ...tyres(2.4, 2.5, 2.1, 2.5),
      mileage: number("Mileage", 51210, "km"),
      position: { ...place, value: "not_home", text: "Away" },
    },
  });

export const combustion = (): CarData =>
  car({
    name: "530d",
    drive: "combustion",
    reported_at: ago(60 * 30),
    facts: {
      fuel_percent: number("Fuel", 16, "%"),
      fuel_level: number("Fuel", 10, "L"),
      range_fuel: number("Range", 142, "km"),
      locked: named("Lock", true, { text: "Locked" }),
      fuel_consumption: number("Fuel consumption this month", 6.84, "L/100 km", 1),
      distance_this_month: number("Distance this month", 812, "km"),
      next_service_date: named("Next service", "2027-03-01"),
      battery_12v: number("12 V battery", 78, "%"),
      mileage: number("Mileage", 120411, "km"),
      ...closures({ trunk: true }),
    },
    warnings: [
      { text: "Tyre pressure low, rear left", entity_id: "binary_sensor.tyre", severity: "error" },
      { text: "Boot is open", entity_id: null, severity: "warning" },
    ],
    check_control: [{ text: "Washer fluid low. Refill at the next opportunity.", severity: "low" }],
  });

export const convertible = (): CarData =>
  car({
    name: "MINI Cooper Cabrio",
    brand: "mini",
    drive: "combustion",
    body: "convertible",
    reported_at: ago(3),
    facts: {
      fuel_percent: number("Fuel", 80, "%"),
      locked: named("Lock", false, { text: "Unlocked" }),
      moving: named("Moving", true),
      convertible_top: closed("Convertible top", true),
      lights: named("Lights", true, { text: "On" }),
      door_front_left: closed("Driver door"),
      door_front_right: closed("Passenger door"),
      hood: closed("Bonnet"),
      trunk: closed("Boot"),
    },
  });

export const HOSTILE = `"/><script>alert(1)</script><img src=x onerror="alert(2)">{{ states }} \u202Eolleh ${"🚗".repeat(60)}`;

/** A car whose every text is hostile. */
export const hostile = (): CarData => {
  const harmless = charging();
  return {
    ...harmless,
    name: HOSTILE,
    facts: Object.fromEntries(
      Object.entries(harmless.facts).map(([key, item]) => [
        key,
        item && { ...item, name: HOSTILE, unit: item.unit && HOSTILE, text: item.text && HOSTILE },
      ]),
    ),
    warnings: [{ text: HOSTILE.repeat(20), entity_id: HOSTILE, severity: "error" }],
    services: [
      { text: HOSTILE, status: HOSTILE, due_text: HOSTILE, due: HOSTILE, distance: 3, unit: HOSTILE },
    ],
    check_control: [{ text: HOSTILE, severity: HOSTILE }],
    commands: Object.fromEntries(
      Object.entries(harmless.commands).map(([key, item]) => [key, item && { ...item, label: HOSTILE }]),
    ),
    command_state: { name: "lock", state: "error", text: HOSTILE, at: ago(0) },
  };
};

const month = new Date(NOW).toISOString().slice(0, 7);

/** What has happened in a month. */
export const past = (more: Partial<History> = {}): History => ({
  month,
  first_month: "2026-03",
  trips: [
    {
      id: "1",
      start: ago(600),
      end: ago(560),
      distance: 23.44,
      duration: 40,
      from: "Home",
      to: "Work",
      energy: 4.1,
      consumption: 17.2,
      fuel_consumption: null,
      electric_share: null,
      category: "Business",
    },
    {
      id: "2",
      start: null,
      end: ago(2000),
      distance: 4,
      duration: null,
      from: null,
      to: null,
      energy: null,
      consumption: null,
      fuel_consumption: null,
      electric_share: null,
      category: null,
    },
  ],
  charges: [
    {
      id: "1",
      start: ago(1630),
      end: ago(1500),
      energy: 31.4,
      soc_start: 22,
      soc_end: 80,
      place: "Home",
      cost: 9.4,
      currency: "EUR",
      kind: "AC",
      peak: 11,
      curve: Array.from({ length: 20 }, (_, index) => [ago(1630 - index * 6), 11 - index / 4]),
    },
    {
      id: "2",
      start: ago(4000),
      end: ago(3900),
      energy: 12,
      soc_start: null,
      soc_end: null,
      place: null,
      cost: null,
      currency: null,
      kind: null,
      peak: null,
      curve: null,
    },
  ],
  running: null,
  totals: { distance: 412, trips: 14, consumption: 16.8, charged: 43.4, charges: 2, costs: { EUR: 9.4 } },
  battery: [
    ["2026-09", 79.8, 98],
    ["2026-10", null, null],
    ["2026-11", 78.1, 96.4],
  ],
  units: {
    distance: "km",
    energy: "kWh",
    consumption: "kWh/100 km",
    fuel: "L",
    fuel_consumption: "L/100 km",
    power: "kW",
  },
  ...more,
});
