// The dashboard, the view of a car, and a section of it.

import { WIDE } from "./cards";
import { home, type Card, type Home, type Listed, type StrategyHass } from "./home";
import { health, section, SECTIONS, type Section } from "./sections";

type View = Record<string, unknown>;

export interface CarConfig {
  type: string;
  device_id?: string;
  /** The name of one of its sections. */
  section?: string;
}

const GLANCE = ["head", "energy", "warnings", "commands"];

/** Return what is shown while there is no car. */
function empty(home: Home): Section {
  const cards = [{ type: "custom:mybmw-card", ...WIDE }];
  return {
    type: "grid",
    cards: [{ type: "heading", heading: home.text("view_cars"), icon: "mdi:car" }, ...cards],
  };
}

function sections(title: string, path: string, icon: string, content: Section[], more: View = {}): View {
  return { title, path, icon, type: "sections", max_columns: 4, sections: content, ...more };
}

function all(home: Home): View {
  const content = home.cars.map((car): Section => {
    const card: Card = { type: "custom:mybmw-card", device_id: car.device_id, parts: GLANCE, ...WIDE };
    return { type: "grid", cards: [card] };
  });
  const badges = home.cars.map((car) => ({ type: "custom:mybmw-badge", device_id: car.device_id }));
  return sections(home.text("view_cars"), "all", "mdi:car-multiple", content, { badges });
}

function map(home: Home): View[] {
  const ids = home.cars.map((car) => car.entities["position"]).filter((id) => id !== undefined);
  if (home.cars.length < 2 || !ids.length) return [];
  const card = { type: "map", entities: ids, auto_fit: true };
  return [{ title: home.text("view_map"), path: "map", icon: "mdi:map", type: "panel", cards: [card] }];
}

function connection(home: Home): View[] {
  const found = health(home);
  return found.length ? [sections(home.text("view_connection"), "connection", "mdi:cloud-check", found)] : [];
}

/** Return the views of all cars, each of which is generated when it is opened. */
export async function dashboard(hass: StrategyHass): Promise<{ title: string; views: View[] }> {
  const found = await home(hass);
  const title = found.text("view_cars");
  if (!found.cars.length) return { title, views: [sections(title, "all", "mdi:car", [empty(found)])] };
  const cars = found.cars.map((car) => ({
    title: car.name,
    path: car.device_id,
    strategy: { type: "custom:mybmw-car", device_id: car.device_id },
  }));
  const first = cars.length > 1 ? [all(found)] : [];
  return { title, views: [...first, ...cars, ...map(found), ...connection(found)] };
}

function chosen({ cars }: Home, config: CarConfig): Listed | undefined {
  return config.device_id ? cars.find((car) => car.device_id === config.device_id) : cars[0];
}

/** Return the view of a car; without a device, of the first one. */
export async function carView(config: CarConfig, hass: StrategyHass): Promise<View> {
  const found = await home(hass);
  const car = chosen(found, config);
  const content = car && Object.keys(SECTIONS).map((name) => section(found, car, name));
  const sections = content?.filter(Boolean) ?? [empty(found)];
  return { type: "sections", max_columns: 4, dense_section_placement: true, sections };
}

/** Return a section of a car, by default what it shows at a glance. */
export async function carSection(config: CarConfig, hass: StrategyHass): Promise<Section> {
  const found = await home(hass);
  const car = chosen(found, config);
  return (car && section(found, car, config.section ?? "overview")) ?? empty(found);
}
