// Features of tile cards: the charge with its target, the lock, and the climate control.

import { css, html, nothing } from "lit";
import { define } from "./define";
import { CarFollower } from "./follower";
import { MyBmwCommands } from "./parts/commands";
import { picker } from "./picker";
import { base } from "./styles";
import type { CarData, Hass } from "./types";
import { View, type Part } from "./view";

interface Context {
  entity_id?: string;
}

/** Return the device of an entity of ours whose key is one of these; undefined for other entities. */
function carOf(hass: Hass, entityId: string | undefined, keys: string[]): string | undefined {
  const entity = entityId ? hass.entities[entityId] : undefined;
  const key = `${entityId?.split(".")[0]}.${entity?.translation_key}`;
  return entity?.platform === "mybmw" && keys.includes(key) ? (entity.device_id ?? undefined) : undefined;
}

abstract class CarFeature extends CarFollower {
  private context_: Context | undefined;

  static getStubConfig(): Record<string, unknown> {
    return {};
  }

  setConfig(): void {
    this.requestUpdate();
  }

  get context(): Context | undefined {
    return this.context_;
  }

  /** Take the entity of the tile. */
  set context(context: Context | undefined) {
    const changed = context?.entity_id !== this.context_?.entity_id;
    this.context_ = context;
    if (changed) this.bind();
  }

  protected override deviceId(hass: Hass): string | null {
    const id = this.context_?.entity_id;
    return (id && hass.entities[id]?.device_id) || null;
  }
}

export class ChargeFeature extends CarFeature {
  static override styles = [
    base,
    css`
      :host {
        display: block;
        width: 100%;
        height: var(--feature-height, 42px);
      }
      .rail {
        position: relative;
        height: 100%;
        overflow: hidden;
        border-radius: var(--feature-border-radius, 12px);
        background: color-mix(in srgb, var(--text) 10%, transparent);
      }
      .rail > * {
        position: absolute;
        inset-block: 0;
        inset-inline-start: 0;
      }
      .level {
        width: calc(var(--at) * 1%);
        background: var(--feature-color, var(--good));
      }
      .predicted {
        width: calc(var(--at) * 1%);
        background: color-mix(in srgb, var(--feature-color, var(--good)) 45%, transparent);
      }
      .mark {
        inset-inline-start: calc(var(--at) * 1% - 2px);
        width: 3px;
        background: var(--text);
      }
    `,
  ];

  protected override content(view: View): Part {
    const fuel = view.fact("fuel_percent")?.entity_id === this.context?.entity_id;
    const name = fuel ? "fuel_percent" : "charge_level";
    const fact = view.fact(name);
    const level = view.number(name);
    if (!fact || level === undefined) return nothing;
    const target = fuel ? undefined : view.number("charge_target");
    const predicted = fuel ? undefined : view.number("predicted_charge_level");
    const marks = [
      predicted !== undefined && predicted > level ? stretch("predicted", predicted) : nothing,
      stretch("level", level),
      target !== undefined && target < 100 ? stretch("mark", target) : nothing,
    ];
    return html`<div class="rail" role="img" aria-label=${view.label(fact)}>${marks}</div>`;
  }
}

function stretch(style: string, percent: number): Part {
  return html`<i class=${style} style=${`--at:${Math.min(100, Math.max(0, percent))}`}></i>`;
}

/** The commands of the card in the height of a feature. */
class CompactCommands extends MyBmwCommands {
  static override styles = [
    ...MyBmwCommands.styles,
    css`
      .row {
        gap: var(--feature-button-spacing, 12px);
      }
      .command {
        grid-auto-flow: column;
        justify-content: center;
        gap: 8px;
        height: var(--feature-height, 42px);
        min-height: 0;
        padding: 0 8px;
        border-radius: var(--feature-border-radius, 12px);
        font-size: 14px;
      }
      .command .clamp {
        -webkit-line-clamp: 1;
      }
      .command .hint {
        display: none;
      }
      .outcome {
        position: absolute;
        width: 1px;
        height: 1px;
        overflow: hidden;
        clip-path: inset(50%);
      }
    `,
  ];
}

abstract class CommandFeature extends CarFeature {
  static override styles = [
    base,
    css`
      :host {
        display: block;
        position: relative;
        width: 100%;
        min-height: var(--feature-height, 42px);
      }
    `,
  ];

  protected abstract names(car: CarData): string[];

  protected override content(view: View): Part {
    const { car } = view;
    const commands = Object.fromEntries(this.names(car).map((name) => [name, car.commands[name] ?? null]));
    const shown = new View(view.hass, { ...car, commands }, this);
    return html`<mybmw-compact-commands .view=${shown}></mybmw-compact-commands>`;
  }
}

export class LockFeature extends CommandFeature {
  protected override names(): string[] {
    return ["lock", "unlock"];
  }
}

export class ClimateFeature extends CommandFeature {
  protected override names(): string[] {
    return ["climate_start", "climate_stop"];
  }
}

/** The features with the entities that they fit, by domain and translation key. */
const FEATURES = {
  charge: {
    element: ChargeFeature,
    keys: [
      "sensor.remaining_battery_percent",
      "sensor.remaining_fuel_percent",
      "sensor.charging_status",
      "number.target_soc",
    ],
  },
  lock: { element: LockFeature, keys: ["lock.lock", "binary_sensor.door_lock_state"] },
  climate: { element: ClimateFeature, keys: ["switch.climate", "sensor.climate_status"] },
};

export function registerFeatures(): void {
  define("mybmw-compact-commands", CompactCommands);
  window.customCardFeatures = window.customCardFeatures ?? [];
  for (const [name, { element, keys }] of Object.entries(FEATURES)) {
    define(`mybmw-${name}-feature`, element);
    window.customCardFeatures.push({
      type: `mybmw-${name}-feature`,
      get name() {
        return `MyBMW: ${picker()[name as keyof typeof FEATURES]}`;
      },
      isSupported: (hass: Hass, { entity_id }: Context) => carOf(hass, entity_id, keys) !== undefined,
      configurable: false,
    });
  }
}
