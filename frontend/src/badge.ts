// The badge of a car: its charge or fuel, on the top of a view.

import { css, html, nothing } from "lit";
import { CarFollower } from "./follower";
import { icon } from "./icons";
import { base } from "./styles";
import type { Part, View } from "./view";

interface BadgeConfig {
  type: string;
  device_id?: string;
}

export class MyBmwBadge extends CarFollower {
  static override styles = [
    base,
    css`
      button {
        display: flex;
        align-items: center;
        gap: 8px;
        max-width: 100%;
        min-width: var(--ha-badge-size, 36px);
        height: var(--ha-badge-size, 36px);
        box-sizing: border-box;
        padding: 0 12px;
        border: var(--ha-card-border-width, 1px) solid var(--ha-card-border-color, var(--line));
        border-radius: var(--ha-badge-border-radius, calc(var(--ha-badge-size, 36px) / 2));
        background: var(--ha-card-background, var(--card-background-color, #fff));
        box-shadow: var(--ha-card-box-shadow, none);
      }
      .icon {
        width: 18px;
        height: 18px;
        color: var(--quiet);
      }
      .charging .icon {
        color: var(--good);
      }
      .warned .icon {
        color: var(--warn-text);
      }
      .info {
        display: grid;
        min-width: 0;
      }
      .info > * {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
        max-width: 16em;
        font-weight: 500;
      }
      .name {
        color: var(--quiet);
        font-size: 10px;
        line-height: 11px;
      }
      .value {
        display: block;
        font-size: 12px;
        line-height: 16px;
      }
    `,
  ];

  private config: BadgeConfig = { type: "custom:mybmw-badge" };

  static async getConfigForm(): Promise<Record<string, unknown>> {
    return (await import("./editor")).configForm(["device_id"]);
  }

  static getStubConfig(): Record<string, unknown> {
    return {};
  }

  setConfig(config: BadgeConfig): void {
    if (config.device_id !== undefined && typeof config.device_id !== "string")
      throw new Error("device_id is no text");
    this.config = config;
    this.bind();
  }

  protected override deviceId(): string | undefined {
    return this.config.device_id;
  }

  protected override content(view: View): Part {
    const fact = view.first("charge_level", "fuel_percent", "fuel_level", "range_total");
    const charging = view.fact("charging_state")?.value === "charging";
    const style = charging ? "charging" : view.car.warnings.length ? "warned" : "";
    const range = view.first("range_total", "range_electric", "range_fuel");
    const shown = [fact, range === fact ? undefined : range].filter((item) => item !== undefined);
    const value = shown.map((item) => view.format.fact(item)).join(" · ");
    return html`<button
      class=${`link ${style}`}
      aria-label=${[view.car.name, ...shown.map((item) => view.label(item))].join(", ")}
      @click=${() => view.open(fact?.entity_id)}
    >
      ${icon(charging ? "bolt" : style ? "warning" : "car")}
      <span class="info">
        <bdi class="name">${view.car.name}</bdi>
        ${value ? html`<bdi class="value">${value}</bdi>` : nothing}
      </span>
    </button>`;
  }
}
