// The parts that are loaded when they are unfolded first: the car from above, climate, service.

import { LitElement, css, html, nothing, type TemplateResult } from "lit";
import { icon, type IconName } from "../icons";
import { base } from "../styles";
import type { Fact, Service } from "../types";
import type { Part, View } from "../view";
import { CORNERS, drawing, drawingStyles, type Corner, type Openings } from "./drawing";
import { nextService } from "./energy";
import { missing } from "./missing";

const LIDS = ["hood", "trunk", "sunroof", "convertible_top"];
const LOW = 0.92; // of the target pressure

type Corners = Partial<Record<Corner, boolean>>;

function corners(view: View, kind: string): Corners {
  const found: Corners = {};
  for (const corner of CORNERS) {
    const open = view.flag(`${kind}_${corner}`);
    if (open !== undefined) found[corner] = open;
  }
  return found;
}

export function isLow(view: View, corner: Corner): boolean {
  const state = view.fact(`tyre_${corner}`)?.state;
  if (state) return state === "low";
  const [pressure, target] = [view.number(`tyre_${corner}`), view.number(`tyre_target_${corner}`)];
  return pressure !== undefined && target !== undefined && pressure < target * LOW;
}

export function openings(view: View): Openings {
  return {
    doors: corners(view, "door"),
    windows: corners(view, "window"),
    lowTyres: Object.fromEntries(CORNERS.map((corner) => [corner, isLow(view, corner)])),
    hood: view.flag("hood") ?? false,
    trunk: view.flag("trunk") ?? false,
    sunroof: view.flag("sunroof"),
    topOpen: view.car.body === "convertible" && (view.flag("convertible_top") ?? false),
    lights: view.flag("lights") ?? false,
    locked: view.flag("locked"),
  };
}

/** Return what can be open, in the order in which it is listed. */
export function closures(view: View): Fact[] {
  const names = [
    ...CORNERS.map((corner) => `door_${corner}`),
    ...CORNERS.map((corner) => `window_${corner}`),
    ...LIDS,
  ];
  const single = names.map((name) => view.fact(name)).filter((fact) => typeof fact?.value === "boolean");
  if (single.length) return single as Fact[];
  return ["doors_open", "windows_open"].map((name) => view.fact(name)).filter((fact) => fact !== undefined);
}

export class MyBmwDetails extends LitElement {
  static override properties = { view: { attribute: false }, name: {} };
  static override styles = [
    base,
    drawingStyles,
    css`
      :host {
        display: block;
      }
      .above {
        display: grid;
        grid-template-columns: minmax(76px, 1fr) minmax(90px, 168px) minmax(76px, 1fr);
        column-gap: 6px;
        direction: ltr;
      }
      .above svg.drawing {
        grid-column: 2;
        grid-row: 1 / span 2;
      }
      .pressure {
        align-self: start;
        justify-self: end;
        margin-top: 46px;
        border-radius: 10px;
        padding: 4px 6px;
        text-align: end;
        min-height: 40px;
        overflow-wrap: anywhere;
      }
      .pressure.right {
        grid-column: 3;
        justify-self: start;
        text-align: start;
      }
      .pressure.rear {
        grid-row: 2;
        align-self: end;
        margin: 0 0 46px;
      }
      .pressure b {
        font-weight: 500;
        font-variant-numeric: tabular-nums;
      }
      .pressure small {
        color: var(--quiet);
      }
      .pressure.low b,
      .open {
        color: var(--warn-text);
      }
      .list {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
        margin-top: 12px;
      }
      .pill {
        display: flex;
        align-items: center;
        gap: 6px;
        min-height: 36px;
        padding: 0 12px;
        border-radius: 999px;
        background: var(--surface);
        overflow-wrap: anywhere;
      }
      .pill.open {
        background: color-mix(in srgb, var(--warning-color, #ffa600) 16%, transparent);
        font-weight: 500;
      }
      .pill .icon {
        width: 18px;
        height: 18px;
      }
      .pill .icon.good {
        color: var(--good);
      }
      ul {
        list-style: none;
        margin: 0 0 12px;
        padding: 0;
      }
      li {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr) auto;
        gap: 2px 12px;
        align-items: center;
        padding: 10px 4px;
        border-bottom: 1px solid var(--line);
        hyphens: auto;
        overflow-wrap: anywhere;
      }
      li:last-child {
        border-bottom: 0;
      }
      li .icon {
        color: var(--quiet);
      }
      li .end {
        text-align: end;
      }
      li .off {
        color: var(--quiet);
      }
    `,
  ];

  declare view: View;
  declare name: string;

  override render(): Part {
    if (this.name === "car") return this.car();
    return this.name === "climate" ? this.climate() : this.service();
  }

  private car(): TemplateResult {
    const { view } = this;
    const all = closures(view);
    const tyres = CORNERS.some((corner) => view.fact(`tyre_${corner}`));
    if (!all.length && !tyres) return missing(view, "no_closures", "locked");
    return html`<div class="above">
        ${CORNERS.map((corner) => this.pressure(corner))}
        <svg
          class="drawing"
          viewBox="0 0 220 420"
          role="img"
          aria-label=${view.text("drawing", { name: view.car.name })}
        >
          ${drawing(view.car.body, openings(view))}
        </svg>
      </div>
      <div class="list">
        ${this.open(all)} ${this.pill("lights", "lights")} ${this.pill("alarm", "shield")}
      </div>`;
  }

  private pressure(corner: Corner): Part {
    const fact = this.view.fact(`tyre_${corner}`);
    const target = this.view.fact(`tyre_target_${corner}`);
    if (!fact || fact.value === null) return nothing;
    const low = isLow(this.view, corner);
    const words = [this.view.format.fact(fact)];
    if (target && target.value !== null)
      words.push(this.view.text("tyre_target", { value: this.view.format.fact(target) }));
    if (low) words.push(this.view.text("tyre_low"));
    const style = `pressure ${low ? "low" : ""} ${corner.endsWith("right") ? "right" : ""} ${corner.startsWith("rear") ? "rear" : ""}`;
    const rest = words.slice(1).map((word) => html`<small class="clamp"><bdi>${word}</bdi></small>`);
    return this.view.link(
      fact,
      style,
      html`<b class="clamp"><bdi>${words[0]}</bdi></b
        >${rest}`,
      fact.name,
    );
  }

  private open(all: Fact[]): Part {
    const open = all.filter((fact) => fact.value === true);
    if (!all.length) return nothing;
    if (!open.length)
      return html`<div class="pill">${icon("check")}<span>${this.view.text("all_closed")}</span></div>`;
    return html`${open.map((fact) => {
      const text = this.view.text("is_open", { name: fact.name });
      return this.view.link(fact, "pill open", html`${icon("warning")}<bdi class="clamp">${text}</bdi>`);
    })}`;
  }

  private pill(name: string, symbol: IconName): Part {
    const fact = this.view.fact(name);
    if (!fact || fact.value === null) return nothing;
    const state = fact.text ?? this.view.text(fact.value === true ? "on" : "off");
    return this.view.link(fact, "pill", html`${icon(symbol)}<bdi class="clamp">${fact.name}: ${state}</bdi>`);
  }

  private climate(): TemplateResult {
    const { view } = this;
    const active = view.fact("climate_active");
    const departures = [1, 2, 3]
      .map((number) => view.fact(`departure_${number}`))
      .filter((fact) => fact !== undefined);
    if (!active && !departures.length) return missing(view, "no_climate", "climate_active");
    const state =
      active && active.value !== null ? (active.text ?? view.text(active.value === true ? "on" : "off")) : "";
    return html`${active ? html`<div class="tiles">${view.tile(active, "fan", state)}</div>` : nothing}
    ${
      departures.length
        ? html`<ul>
            ${departures.map((fact) => this.row(fact))}
          </ul>`
        : nothing
    }`;
  }

  private row(fact: Fact): TemplateResult {
    return html`<li class=${fact.on === false ? "off" : ""}>
      ${icon("clock")}<span class="clamp"><bdi>${fact.text ?? fact.name}</bdi></span>
      <span class="end">${this.departure(fact)}</span>
    </li>`;
  }

  private departure(fact: Fact): string {
    if (fact.on === false) return this.view.text("departure_off");
    return this.view.format.fact({ ...fact, text: null });
  }

  private service(): TemplateResult {
    const { view } = this;
    const { check_control: messages } = view.car;
    const known = view.car.services.filter((item) => item.due_text || item.due || item.distance !== null);
    const facts: [string, IconName][] = [
      ["mileage", "road"],
      ["battery_12v", "battery"],
    ];
    const values = facts.map(([name, symbol]) => view.tile(view.fact(name), symbol));
    const tiles = [known.length ? nothing : nextService(view), ...values].filter((item) => item !== nothing);
    if (!known.length && !messages.length && !tiles.length)
      return missing(view, "no_services", "next_service_date");
    const rows = [
      ...messages.map(
        (item) =>
          html`<li class="open">
            ${icon("warning")}<span class="clamp"><bdi>${item.text}</bdi></span>
          </li>`,
      ),
      ...known.map((item) => this.due(item)),
    ];
    return html`${
      rows.length
        ? html`<ul>
            ${rows}
          </ul>`
        : nothing
    }
    ${tiles.length ? html`<div class="tiles">${tiles}</div>` : nothing}`;
  }

  /** Return a service: its status unless all is well, and when it is due. */
  private due(item: Service): TemplateResult {
    const { format } = this.view;
    const distance = item.distance === null ? undefined : format.quantity(item.distance, item.unit, 0);
    const fine = !item.due_text || item.status === "ok";
    return html`<li>
      ${icon(fine ? "wrench" : "warning")}
      <span class=${fine ? "clamp" : "clamp open"}
        ><bdi>${item.text}</bdi>${fine ? nothing : html` <bdi>· ${item.due_text}</bdi>`}</span
      >
      <span class="end">
        ${item.due ? html`<div>${format.dueMonth(item.due)}</div>` : nothing}
        ${distance === undefined ? nothing : html`<div class="quiet">${this.view.text("due_in", { value: distance })}</div>`}
        ${fine && !item.due && distance === undefined ? html`<bdi class="quiet">${item.due_text}</bdi>` : nothing}
      </span>
    </li>`;
  }
}
