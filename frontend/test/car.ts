// Cars as the integration sends them.

import type { CarData, Fact } from "../src/types";

export function fact(value: Fact["value"], more: Partial<Fact> = {}): Fact {
  return {
    value,
    unit: null,
    precision: null,
    text: null,
    name: "",
    entity_id: null,
    at: null,
    stale: false,
    reason: null,
    ...more,
  };
}

export function car(more: Partial<CarData> = {}): CarData {
  return {
    device_id: "a",
    entry_id: "e",
    name: "i4 eDrive40",
    model: null,
    brand: "bmw",
    drive: "electric",
    body: "saloon",
    picture: null,
    reported_at: null,
    asleep: null,
    state: { kind: "ok", text: null, action: null },
    cars: [],
    facts: {},
    warnings: [],
    services: [],
    check_control: [],
    commands: {},
    command_state: null,
    texts: {},
    ...more,
  };
}
