// The card: follows one car while it is visible, and draws the parts that the configuration wants.

import { LitElement, css, html, nothing, type TemplateResult } from "lit";
import { builtin } from "./builtin";
import { icon } from "./icons";
import { PARTS, wanted, type PartRow } from "./parts";
import { energyStyles } from "./parts/energy";
import { head, headStyles } from "./parts/head";
import { warningStyles } from "./parts/warnings";
import { inTurn } from "./slices";
import { carStore, type CarStore } from "./store";
import { base, columns } from "./styles";
import type { CardConfig, Hass } from "./types";
import { View, type Part } from "./view";

const TICK = 30_000; // "12 min ago" becomes old
const SHOWN_ALONE = ["not_allowed", "no_data", "loading"];

export class MyBmwCard extends LitElement {
  static override styles = [
    base,
    headStyles,
    energyStyles,
    warningStyles,
    css`
      :host {
        display: block;
        container-type: inline-size;
      }
      ha-card {
        display: block;
        height: 100%;
        box-sizing: border-box;
        overflow: auto;
        scrollbar-width: thin;
      }
      .card {
        display: grid;
        gap: 16px;
        padding: 16px;
      }
      .folds {
        --gap: 4px;
        border-top: 1px solid var(--line);
        padding-top: 12px;
      }
      .fold {
        position: relative;
        display: grid;
        justify-items: center;
        align-content: start;
        gap: 4px;
        min-height: 52px;
        max-width: calc((100% - var(--gap) * (var(--columns) - 1)) / var(--columns));
        padding: 7px 2px 5px;
        border-radius: var(--radius);
        font-size: 12px;
        text-align: center;
        color: var(--quiet);
      }
      .fold[aria-expanded="true"] {
        color: var(--accent-text);
        background: color-mix(in srgb, var(--accent) 14%, transparent);
      }
      .fold .dot {
        position: absolute;
        inset-block-start: 6px;
        inset-inline-start: calc(50% + 8px);
        width: 8px;
        height: 8px;
        border-radius: 50%;
        background: var(--warning-color, #ffa600);
        box-shadow: 0 0 0 2px var(--card-background-color, #fff);
      }
      .panel {
        animation: appear 0.18s ease-out;
        min-width: 0;
      }
      @keyframes appear {
        from {
          opacity: 0;
          transform: translateY(-4px);
        }
      }
      h3 {
        font-size: 16px;
        font-weight: 500;
        margin: 0 0 8px;
      }
      .notice {
        display: flex;
        gap: 12px;
        align-items: center;
        padding: 10px 12px;
        border-radius: var(--radius);
        background: var(--surface);
        overflow-wrap: anywhere;
      }
      .notice .icon {
        color: var(--quiet);
      }
      .notice p {
        margin: 0;
      }
      .bones {
        display: grid;
        gap: 14px;
      }
      .bones i {
        display: block;
        height: 24px;
        width: 55%;
        border-radius: 8px;
        background: var(--surface);
        animation: wait 1.4s ease-in-out infinite;
      }
      .bones i:nth-child(2) {
        height: 110px;
        width: 100%;
      }
      .bones i:nth-child(3) {
        width: 80%;
      }
      @keyframes wait {
        50% {
          opacity: 0.4;
        }
      }
      @container (max-width: 339px) {
        .folds {
          --columns: 3 !important;
        }
      }
      @container (min-width: 620px) {
        .card {
          align-content: start;
          grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
          column-gap: 28px;
          padding: 20px;
        }
        .card > * {
          grid-column: 1 / -1;
        }
        .pictured > .part-head,
        .split:not(.pictured) > .part-energy {
          grid-column: 1;
        }
        .pictured > .part-head {
          grid-row: span 4;
          display: grid;
        }
        .pictured .head {
          grid-template-rows: auto 1fr;
        }
        .pictured .picture {
          align-self: center;
        }
        .pictured > .part-warnings,
        .pictured > .part-energy,
        .split > .part-commands {
          grid-column: 2;
        }
        .folds {
          flex-wrap: nowrap;
        }
        .fold {
          flex-basis: 0;
          max-width: none;
        }
        .picture img {
          height: clamp(150px, 24cqi, 260px);
        }
      }
    `,
  ];

  private config: CardConfig = { type: "custom:mybmw-card" };
  private current: Hass | undefined;
  private store: CarStore | undefined;
  private leave: (() => void) | undefined;
  private chosen: string | undefined;
  private unfolded: string | undefined;
  private timer: ReturnType<typeof setInterval> | undefined;
  private visible = false;
  private observer = new IntersectionObserver((entries) =>
    this.see(entries.some((entry) => entry.isIntersecting)),
  );

  static async getConfigForm(): Promise<Record<string, unknown>> {
    return (await import("./editor")).configForm();
  }

  static getStubConfig(): Record<string, unknown> {
    return {};
  }

  setConfig(config: CardConfig): void {
    if (config.device_id !== undefined && typeof config.device_id !== "string")
      throw new Error("device_id is no text");
    for (const key of ["parts", "hide"] as const)
      if (config[key] !== undefined && !Array.isArray(config[key])) throw new Error(`${key} is no list`);
    this.config = config;
    this.chosen = undefined;
    this.bind();
    this.requestUpdate();
  }

  getCardSize(): number {
    return wanted(this.config).includes("head") ? 9 : 5;
  }

  getGridOptions(): Record<string, unknown> {
    return { columns: 12, min_columns: 6, rows: "auto" };
  }

  get hass(): Hass | undefined {
    return this.current;
  }

  /** Take a new state of Home Assistant: only language, formats and connection matter here. */
  set hass(hass: Hass | undefined) {
    const before = this.current;
    this.current = hass;
    if (!hass) return;
    if (before?.connection !== hass.connection || before.language !== hass.language) this.bind();
    if (before?.locale !== hass.locale || before?.user !== hass.user) this.requestUpdate();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.observer.observe(this);
    document.addEventListener("visibilitychange", this.tick);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.observer.disconnect();
    document.removeEventListener("visibilitychange", this.tick);
    this.see(false);
  }

  private see(visible: boolean): void {
    if (this.visible === visible) return;
    this.visible = visible;
    this.tick();
    this.bind();
  }

  /** Let times become older while somebody can see them. */
  private tick = (): void => {
    clearInterval(this.timer);
    if (!this.visible || document.hidden) return;
    this.timer = setInterval(() => this.requestUpdate(), TICK);
    this.requestUpdate();
  };

  /** Follow the car that is to be shown, or none while the card cannot be seen. */
  private bind(): void {
    const deviceId = this.chosen ?? this.config.device_id;
    const store = this.current && carStore(this.current, deviceId);
    const listens = this.leave !== undefined;
    if (store === this.store && listens === this.visible) return;
    this.leave?.();
    this.store = store;
    this.leave = this.visible && store ? store.listen(() => this.requestUpdate()) : undefined;
    this.requestUpdate();
  }

  private choose = (deviceId: string): void => {
    this.chosen = deviceId;
    this.bind();
  };

  protected override scheduleUpdate(): Promise<void> {
    return inTurn(() => void super.scheduleUpdate());
  }

  override render(): TemplateResult {
    return html`<ha-card>${this.content()}</ha-card>`;
  }

  private content(): Part {
    const { store, current } = this;
    if (store?.error) return html`<div class="card">${this.refused(store.error)}</div>`;
    if (!store?.data || !current) return html`<div class="card">${this.bones()}</div>`;
    const view = new View(current, store.data, this);
    if (SHOWN_ALONE.includes(view.car.state.kind))
      return html`<div class="card">${this.section("head", view, true)} ${this.notice(view)}</div>`;
    const names = wanted(this.config).filter((name) => PARTS[name]?.applies(view));
    return html`<div class=${this.arrangement(names, view)}>${this.sections(names, view)}</div>`;
  }

  /** Return how the parts share the width where there is much of it. */
  private arrangement(names: string[], view: View): string {
    const has = (...wanted: string[]): boolean => wanted.every((name) => names.includes(name));
    const pictured = view.car.picture && has("head", "energy");
    return `card ${pictured ? "pictured" : ""} ${has("energy", "commands") ? "split" : ""}`;
  }

  private sections(names: string[], view: View): TemplateResult[] {
    const folding = names.includes("head");
    return this.groups(names, folding).map((group) =>
      Array.isArray(group) ? this.folds(group, view) : html`${this.section(group, view, !folding)}`,
    );
  }

  /** Return the parts in their order, those that fold and follow each other together. */
  private groups(names: string[], folding: boolean): (string | string[])[] {
    const found: (string | string[])[] = [];
    for (const name of names) {
      const last = found[found.length - 1];
      if (!folding || !PARTS[name]?.folds) found.push(name);
      else if (Array.isArray(last)) last.push(name);
      else found.push([name]);
    }
    return found;
  }

  private section(name: string, view: View, alone: boolean): Part {
    const row = PARTS[name];
    if (!row) return nothing;
    if (name === "head")
      return html`<div class="part-head">
        ${head(view, this.config.device_id ? undefined : this.choose)} ${alone ? nothing : this.notice(view)}
      </div>`;
    if (row.folds) void row.load?.();
    const title = alone && row.folds ? html`<h3>${view.text(`part_${name}`)}</h3>` : nothing;
    return html`<div class=${`part-${name}`}>${title}${row.render(view)}</div>`;
  }

  private folds(names: string[], view: View): TemplateResult {
    const open = names.find((name) => name === this.unfolded);
    const row = open ? PARTS[open] : undefined;
    return html`<div
        class="folds even"
        style=${columns(names.length)}
        role="group"
        aria-label=${view.text("more", { name: view.car.name })}
      >
        ${names.map((name) => this.fold(name, PARTS[name] as PartRow, view))}
      </div>
      ${open && row ? html`<div class="panel" id="panel" role="region" aria-label=${`${view.car.name}: ${view.text(`part_${open}`)}`}>${row.render(view)}</div>` : nothing}`;
  }

  private fold(name: string, row: PartRow, view: View): TemplateResult {
    const open = this.unfolded === name;
    return html`<button
      class="fold link"
      aria-expanded=${open ? "true" : "false"}
      aria-controls=${open ? "panel" : nothing}
      @click=${() => this.unfold(open ? undefined : name)}
      @pointerenter=${() => void row.load?.()}
    >
      ${icon(row.icon)}<span class="clamp">${view.text(`part_${name}`)}</span>
      ${row.alerts?.(view) ? html`<span class="dot"></span>` : nothing}
    </button>`;
  }

  private unfold(name: string | undefined): void {
    this.unfolded = name;
    if (name) void PARTS[name]?.load?.();
    this.requestUpdate();
  }

  private notice(view: View): Part {
    const { kind, text, action } = view.car.state;
    if (kind === "ok") return nothing;
    const loading = kind === "loading" && !text;
    return html`<div class="notice" role="status">
      ${icon(kind === "loading" ? "clock" : "info")}
      <div>
        <p class="clamp"><bdi>${loading ? view.text("loading") : text}</bdi></p>
        ${action ? html`<p class="quiet clamp"><bdi>${action}</bdi></p>` : nothing}
      </div>
    </div>`;
  }

  private refused(code: string): TemplateResult {
    const texts = builtin(this.current?.locale.language);
    return html`<div class="notice" role="status">
      ${icon("car")}
      <p>${code === "not_found" ? texts.no_car : texts.unavailable}</p>
    </div>`;
  }

  private bones(): TemplateResult {
    return html`<div class="bones" aria-hidden="true"><i></i><i></i><i></i></div>`;
  }
}
