// The strategies as Home Assistant finds them. What they generate is loaded when it is needed.

import { define } from "../define";
import { picker } from "../picker";
import type { StrategyHass } from "./home";
import type { CarConfig } from "./views";

type Generate = (config: CarConfig, hass: StrategyHass) => Promise<unknown>;

/** Return an element that generates; again if cars or entities were added or removed, or all of them are there. */
function strategy(generate: Generate): CustomElementConstructor {
  return class extends HTMLElement {
    static generate = generate;

    static shouldRegenerate(_config: CarConfig, before: StrategyHass, now: StrategyHass): boolean {
      const changed = (["entities", "devices", "language"] as const).some((key) => before[key] !== now[key]);
      return changed || before.config.state !== now.config.state;
    }

    static getCreateSuggestions(): Record<string, string> {
      return { title: picker().cars, icon: "mdi:car-multiple" };
    }
  };
}

export function registerStrategies(): void {
  const views = () => import("./views");
  define(
    "ll-strategy-dashboard-mybmw",
    strategy(async (_, hass) => (await views()).dashboard(hass)),
  );
  define(
    "ll-strategy-view-mybmw-car",
    strategy(async (config, hass) => (await views()).carView(config, hass)),
  );
  define(
    "ll-strategy-section-mybmw-car",
    strategy(async (config, hass) => (await views()).carSection(config, hass)),
  );
  window.customStrategies = window.customStrategies ?? [];
  window.customStrategies.push({
    type: "mybmw",
    strategyType: "dashboard",
    get name() {
      return picker().cars;
    },
    get description() {
      return picker().dashboard;
    },
  });
}
