// Where the car is, on Home Assistant's map, with how far it comes from there.

import { LitElement, css, html, nothing } from "lit";
import { icon } from "../icons";
import { base } from "../styles";
import type { Fact, Hass } from "../types";
import type { Part, View } from "../view";
import { missing } from "./missing";

interface CardHelpers {
  createCardElement(config: Record<string, unknown>): HTMLElement & { hass?: Hass };
}

declare global {
  interface Window {
    loadCardHelpers?: () => Promise<CardHelpers>;
  }
}

interface MapElement extends HTMLElement {
  hass?: Hass;
  entities?: unknown;
  paths?: unknown;
  fitMap?(options: Record<string, unknown>): void;
  fitBounds?(points: [number, number][], options: Record<string, unknown>): void;
}

export class MyBmwPlace extends LitElement {
  static override properties = {
    view: { attribute: false },
    map: { state: true },
    wide: { state: true },
    failed: { state: true },
  };
  static override styles = [
    base,
    css`
      :host {
        display: block;
      }
      .map {
        height: clamp(200px, 56cqi, 320px);
        border-radius: var(--radius);
        overflow: hidden;
        background: var(--surface);
        isolation: isolate;
      }
      .map > * {
        display: block;
        height: 100%;
      }
      .tiles {
        margin-bottom: 8px;
      }
      .action {
        margin-top: 8px;
      }
      p {
        margin: 8px 4px 0;
      }
    `,
  ];

  declare view: View;
  declare map: MapElement | undefined;
  declare failed: boolean;
  declare wide: boolean;
  private drawn: string | undefined;

  override willUpdate(): void {
    const entity = this.view.fact("position")?.entity_id;
    if (entity && entity !== this.drawn) {
      this.drawn = entity;
      this.create(entity).catch(() => (this.failed = true));
    }
    this.show();
  }

  /** Make the map: Home Assistant's map element with the reach, or its map card. */
  private async create(entity: string): Promise<void> {
    const helpers = await window.loadCardHelpers?.();
    if (!helpers) throw new Error("no card helpers");
    const card = helpers.createCardElement({
      type: "map",
      entities: [{ entity, label_mode: "icon" }],
      default_zoom: 14,
    });
    if (this.view.car.reach) {
      await Promise.race([
        customElements.whenDefined("ha-map"),
        new Promise((done) => setTimeout(done, 3_000)),
      ]);
      if (customElements.get("ha-map")) {
        this.map = Object.assign(document.createElement("ha-map"), { autoFit: true, fitZones: false });
        return;
      }
    }
    this.map = card;
  }

  private show(): void {
    const { map, view } = this;
    if (!map) return;
    map.hass = view.hass;
    if (map.localName !== "ha-map") return;
    const reach = view.car.reach;
    const timestamp = new Date(view.fact("position")?.at ?? Date.now());
    const points = this.edge().map((point) => ({ point, timestamp }));
    map.entities = [{ entity_id: this.drawn, label_mode: "icon", focus: true }];
    map.paths = [{ points, name: reach?.text ?? "", color: "var(--primary-color)" }];
  }

  /** Return the closed line around the area that the car can get to. */
  private edge(): [number, number][] {
    const points = this.view.car.reach?.points ?? [];
    return [...points, ...points.slice(0, 1)];
  }

  private zoom(): void {
    this.wide = !this.wide;
    if (this.wide) this.map?.fitBounds?.(this.edge(), { pad: 0.1 });
    else this.map?.fitMap?.({ unpause_autofit: true });
  }

  override render(): Part {
    const { view } = this;
    const fact = view.fact("position");
    if (!fact || fact.value === null) return missing(view, "no_position", "position");
    const reach = view.car.reach?.text;
    return html`<div class="tiles">${view.tile(fact, "pin", this.place(fact))}</div>
      ${this.map ? html`<div class="map">${this.map}</div>` : nothing}
      ${this.failed ? html`<p class="quiet">${icon("info")} ${view.text("no_map")}</p>` : nothing}
      ${
        reach && this.map?.fitBounds
          ? html`<button class="action link" aria-pressed=${this.wide ? "true" : "false"} @click=${this.zoom}>
              <bdi>${view.text("reach", { value: reach })}</bdi>
            </button>`
          : nothing
      }`;
  }

  private place(fact: Fact): string {
    return fact.text ?? String(fact.value);
  }
}
