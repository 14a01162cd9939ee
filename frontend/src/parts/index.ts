// The parts of a card, in the order in which they are shown unless the configuration says otherwise.

import { html, nothing } from "lit";
import { define } from "../define";
import type { IconName } from "../icons";
import type { Part, View } from "../view";
import { MyBmwCommands } from "./commands";
import { energy } from "./energy";
import { warnings } from "./warnings";

define("mybmw-commands", MyBmwCommands);

export interface PartRow {
  icon: IconName;
  /** Whether the part is folded while the card has others. */
  folds: boolean;
  /** Whether there is anything that the car could show in it. */
  applies(view: View): boolean;
  render(view: View): Part;
  /** Whether something in it needs attention. */
  alerts?(view: View): boolean;
  load?(): Promise<unknown>;
}

const details = async (): Promise<void> => define("mybmw-details", (await import("./details")).MyBmwDetails);
const history = async (): Promise<void> => define("mybmw-history", (await import("./history")).MyBmwHistory);
const place = async (): Promise<void> => define("mybmw-place", (await import("./place")).MyBmwPlace);

const detail =
  (part: string) =>
  (view: View): Part =>
    html`<mybmw-details .view=${view} .name=${part}></mybmw-details>`;
const past =
  (part: string) =>
  (view: View): Part =>
    html`<mybmw-history .view=${view} .name=${part}></mybmw-history>`;

const always = (): boolean => true;
const hasBattery = (view: View): boolean =>
  view.car.drive !== "combustion" && Boolean(view.car.drive !== "unknown" || view.fact("charge_level"));
const any =
  (...names: string[]) =>
  (view: View): boolean =>
    names.some((name) => view.fact(name));

const OPENINGS = ["doors_open", "windows_open", "hood", "trunk", "sunroof"];

export const PARTS: Record<string, PartRow> = {
  // The head is drawn by the card, which can show another car
  head: { icon: "car", folds: false, applies: always, render: () => nothing },
  warnings: {
    icon: "warning",
    folds: false,
    applies: (view) => view.car.warnings.length > 0,
    render: warnings,
  },
  energy: { icon: "battery", folds: false, applies: always, render: energy },
  commands: {
    icon: "lock",
    folds: false,
    applies: (view) => view.commands().length > 0,
    render: (view) => html`<mybmw-commands .view=${view}></mybmw-commands>`,
  },
  car: {
    icon: "car",
    folds: true,
    applies: always,
    render: detail("car"),
    alerts: (view) => OPENINGS.some((name) => view.flag(name) === true),
    load: details,
  },
  climate: {
    icon: "climate",
    folds: true,
    applies: any("climate_active", "departure_1", "departure_2", "departure_3"),
    render: detail("climate"),
    load: details,
  },
  place: {
    icon: "pin",
    folds: true,
    applies: any("position"),
    render: (view) => html`<mybmw-place .view=${view}></mybmw-place>`,
    load: place,
  },
  service: {
    icon: "wrench",
    folds: true,
    applies: always,
    render: detail("service"),
    alerts: (view) => view.car.check_control.length > 0,
    load: details,
  },
  trips: { icon: "route", folds: true, applies: always, render: past("trips"), load: history },
  charges: { icon: "bolt", folds: true, applies: hasBattery, render: past("charges"), load: history },
  battery: {
    icon: "battery",
    folds: true,
    applies: (view) => view.car.drive === "electric" || view.car.drive === "plug_in_hybrid",
    render: past("battery"),
    load: history,
  },
};

/** Return the names of the parts that a configuration wants, in its order. */
export function wanted(config: { parts?: string[]; hide?: string[]; commands?: boolean }): string[] {
  const hidden = new Set(config.hide ?? []);
  if (config.commands === false) hidden.add("commands");
  const chosen = config.parts?.length ? config.parts : Object.keys(PARTS);
  return [...new Set(chosen)].filter((name) => Object.hasOwn(PARTS, name) && !hidden.has(name));
}
