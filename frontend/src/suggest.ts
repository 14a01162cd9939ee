// What the card picker offers for an entity of ours.

import { builtin } from "./builtin";
import { knownTexts } from "./store";
import type { Hass } from "./types";

interface Suggestion {
  label?: string;
  config: Record<string, unknown>;
}

const FITTING: Record<string, string> = {
  device_tracker: "place",
  climate: "climate",
  event: "commands",
  calendar: "service",
};

/** Return the card for the car of an entity, and the part that fits it; nothing for others' entities. */
export function suggestion(hass: Hass, entityId: string): Suggestion[] | null {
  const entity = hass.entities[entityId];
  const device = entity?.device_id ? hass.devices[entity.device_id] : undefined;
  if (entity?.platform !== "mybmw" || !device || device.entry_type === "service") return null;
  const card = { type: "custom:mybmw-card", device_id: entity.device_id };
  const found: Suggestion[] = [{ label: builtin(hass.locale.language).whole, config: card }];
  const part = FITTING[entityId.split(".")[0] ?? ""];
  const label = knownTexts()[`part_${part}`];
  if (part && label) found.push({ label, config: { ...card, parts: [part] } });
  return found;
}
