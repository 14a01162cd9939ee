// What the strategies know of a home: its cars, their entities and statistics, and texts in the user's language.

import { loadTexts } from "../texts";
import type { Connection } from "../types";

export type Card = { type: string; [key: string]: unknown };

export interface Listed {
  device_id: string;
  name: string;
  drive: string;
  entities: Record<string, string>;
  has: Record<"journal" | "position" | "climate" | "service" | "tyres", boolean>;
}

interface Entity {
  entity_id: string;
  device_id?: string | null;
  platform?: string;
  translation_key?: string;
}

interface Device {
  id: string;
  name: string | null;
  name_by_user: string | null;
  entry_type?: string | null;
  identifiers?: [string, string][];
}

/** The part of Home Assistant's object that strategies use. */
export interface StrategyHass {
  connection: Connection;
  language: string;
  config: { state: string };
  entities: Record<string, Entity | undefined>;
  devices: Record<string, Device | undefined>;
  states: Record<string, { attributes: Record<string, unknown> } | undefined>;
}

interface Statistic {
  statistic_id: string;
  source: string;
}

const DOMAIN = "mybmw";

export interface Home {
  hass: StrategyHass;
  cars: Listed[];
  /** The ids of our statistics in the recorder. */
  statistics: string[];
  text(key: string): string;
}

/** Return what a command answers, or the other value if Home Assistant refuses it. */
async function ask<T>(hass: StrategyHass, type: string, otherwise: T, fields = {}): Promise<T> {
  try {
    return await hass.connection.sendMessagePromise<T>({ type, ...fields });
  } catch {
    return otherwise;
  }
}

export async function home(hass: StrategyHass): Promise<Home> {
  const { language } = hass;
  const [cars, statistics, texts] = await Promise.all([
    ask<Listed[]>(hass, `${DOMAIN}/card/cars`, [], { language }),
    ask<Statistic[]>(hass, "recorder/list_statistic_ids", [], { statistic_type: "sum" }),
    loadTexts(hass.connection, language).catch((): Record<string, string> => ({})),
  ]);
  return {
    hass,
    cars,
    statistics: statistics.filter((item) => item.source === DOMAIN).map((item) => item.statistic_id),
    text: (key) => texts[key] ?? key,
  };
}

/** Return the entity of a device by its platform and the key of its translation, once it has a state. */
export function own(hass: StrategyHass, deviceId: string, key: string): string | undefined {
  const [domain, translation] = key.split(".");
  return Object.values(hass.entities).find(
    (item) =>
      item?.device_id === deviceId &&
      item.platform === DOMAIN &&
      item.translation_key === translation &&
      item.entity_id.startsWith(`${domain}.`) &&
      item.entity_id in hass.states,
  )?.entity_id;
}

/** Return the devices of the services that cars are read from. */
export function services(hass: StrategyHass): Device[] {
  const ids = new Set(
    Object.values(hass.entities).map((item) => (item?.platform === DOMAIN ? item.device_id : undefined)),
  );
  const found = Object.values(hass.devices).filter(
    (device): device is Device => device?.entry_type === "service" && ids.has(device.id),
  );
  return found.sort((a, b) => nameOf(a).localeCompare(nameOf(b)));
}

export function nameOf(device: Device): string {
  return device.name_by_user ?? device.name ?? "";
}

/** Return the statistics of a car whose names begin so, such as those of costs in any currency. */
export function statisticsOf({ hass, statistics }: Home, deviceId: string, series: string): string[] {
  const identifiers = hass.devices[deviceId]?.identifiers ?? [];
  const starts = identifiers.map(([, vin]) => `${DOMAIN}:${vin.toLowerCase()}_${series}`);
  return statistics.filter((id) => starts.some((start) => id.startsWith(start))).sort();
}
