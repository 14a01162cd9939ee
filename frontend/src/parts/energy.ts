import { css, html, nothing, svg, type TemplateResult } from "lit";
import { icon, type IconName } from "../icons";
import type { Fact } from "../types";
import type { Part, View } from "../view";

export const energyStyles = css`
  .energy {
    display: grid;
    gap: 12px;
  }
  .gauge {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr);
    gap: 8px 20px;
    align-items: center;
  }
  .ring {
    position: relative;
    width: clamp(96px, 30cqi, 124px);
    aspect-ratio: 1;
    border-radius: 50%;
    display: block;
  }
  .ring svg {
    width: 100%;
    height: 100%;
    display: block;
  }
  .ring circle {
    fill: none;
    stroke-width: 9;
  }
  .track {
    stroke: color-mix(in srgb, var(--text) 10%, transparent);
  }
  .level {
    stroke: var(--level);
    stroke-linecap: round;
    transition: stroke-dasharray 0.6s ease;
  }
  .predicted {
    stroke: color-mix(in srgb, var(--level) 45%, transparent);
    stroke-linecap: round;
  }
  .mark {
    stroke: var(--text);
    stroke-width: 3;
    stroke-linecap: round;
  }
  .charging .level {
    animation: breathe 2.4s ease-in-out infinite;
  }
  @keyframes breathe {
    50% {
      opacity: 0.55;
    }
  }
  .middle {
    position: absolute;
    inset: 12%;
    display: grid;
    place-content: center;
    grid-template-columns: minmax(0, 100%);
    justify-items: center;
    text-align: center;
  }
  .middle .big {
    font-size: clamp(24px, 8cqi, 32px);
    font-weight: 500;
    line-height: 1;
    letter-spacing: -0.02em;
  }
  .middle .icon {
    width: 18px;
    height: 18px;
    color: var(--level);
  }
  .middle .icon.plugged {
    color: var(--quiet);
  }
  .middle small {
    color: var(--quiet);
    font-size: 11px;
    max-width: 76px;
    margin-top: 3px;
  }
  .main {
    display: grid;
    gap: 2px;
    justify-items: start;
    min-width: 0;
  }
  .range {
    font-size: clamp(26px, 9cqi, 36px);
    line-height: 1.1;
    font-weight: 500;
    letter-spacing: -0.02em;
    font-variant-numeric: tabular-nums;
    border-radius: 8px;
    margin: 0 -6px;
    padding: 0 6px;
  }
  .range small {
    display: block;
    color: var(--quiet);
    font-size: 13px;
    font-weight: 400;
    letter-spacing: 0;
  }
  .now {
    display: flex;
    align-items: center;
    gap: 8px;
    margin-top: 6px;
  }
  .now .icon {
    color: var(--good);
  }
  .now.idle .icon {
    color: var(--quiet);
  }
  .target {
    display: inline-flex;
    align-items: center;
    gap: 4px;
  }
  .bar .target {
    margin-inline-start: 6px;
  }
  .target::before {
    content: "";
    width: 3px;
    height: 12px;
    border-radius: 2px;
    background: var(--text);
  }
  .words {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    gap: 0 6px;
    min-width: 0;
  }
  .word {
    position: relative;
    border-radius: 6px;
    min-height: 24px;
    margin: 0 -3px;
    padding: 0 3px;
    min-width: 0;
  }
  .bars {
    display: grid;
    gap: 14px;
  }
  .bar {
    display: grid;
    width: 100%;
    grid-template-columns: auto 1fr auto;
    align-items: baseline;
    gap: 6px 8px;
    border-radius: 8px;
  }
  .bar .icon {
    align-self: center;
    color: var(--quiet);
  }
  .bar .numbers {
    font-size: 18px;
    font-weight: 500;
    font-variant-numeric: tabular-nums;
    display: flex;
    gap: 4px 10px;
    justify-content: end;
    flex-wrap: wrap;
  }
  .bar .numbers .quiet {
    font-weight: 400;
  }
  .rail {
    grid-column: 1 / -1;
    position: relative;
    height: 10px;
    border-radius: 5px;
    background: color-mix(in srgb, var(--text) 10%, transparent);
  }
  .rail i,
  .rail b {
    position: absolute;
    inset-block: 0;
    inset-inline-start: 0;
    border-radius: 5px;
    background: var(--level);
    transition: width 0.6s ease;
  }
  .rail b {
    background: color-mix(in srgb, var(--level) 45%, transparent);
  }
  .rail u {
    position: absolute;
    inset-block: -3px;
    width: 3px;
    margin-inline-start: -1.5px;
    border-radius: 2px;
    background: var(--text);
  }
  .charging .rail i {
    animation: breathe 2.4s ease-in-out infinite;
  }
`;

const MOST_TILES = 3; // so that the card shows at most seven facts
const RADIUS = 52;
const ROUND = 2 * Math.PI * RADIUS;
const clamp = (value: number): number => Math.min(100, Math.max(0, value));

function colour(level: number): string {
  return level <= 10 ? "var(--bad)" : level <= 20 ? "var(--medium)" : "var(--good)";
}

export function isCharging(view: View): boolean {
  const state = view.fact("charging_state")?.value;
  return state === true || (typeof state === "string" && state.toLowerCase() === "charging");
}

function arc(style: string, from: number, to: number): TemplateResult {
  const length = (ROUND * (clamp(to) - clamp(from))) / 100;
  return svg`<circle class=${style} cx="60" cy="60" r=${RADIUS} stroke-dasharray=${`${length} ${ROUND}`}
    transform=${`rotate(${clamp(from) * 3.6 - 90} 60 60)`} />`;
}

function mark(level: number): TemplateResult {
  return svg`<line class="mark" x1="60" y1="1.5" x2="60" y2="14.5" transform=${`rotate(${clamp(level) * 3.6} 60 60)`} />`;
}

/** Return the charge that is estimated since the car has reported its own, if it is another one. */
function predicted(view: View): Fact | undefined {
  const estimate = view.fact("predicted_charge_level");
  const level = view.first("charge_level");
  if (!estimate || typeof estimate.value !== "number") return undefined;
  if (typeof level?.value !== "number") return estimate;
  const older = estimate.at && level.at && Date.parse(estimate.at) < Date.parse(level.at);
  return older || Math.abs(estimate.value - level.value) < 1 ? undefined : estimate;
}

function ring(view: View, fact: Fact): TemplateResult {
  const estimate = predicted(view);
  const level = view.number("charge_level") ?? view.number("predicted_charge_level") ?? 0;
  const target = view.number("charge_target");
  const ahead = typeof estimate?.value === "number" && estimate.value > level ? estimate.value : undefined;
  const symbol: IconName | undefined = isCharging(view) ? "bolt" : view.flag("plugged") ? "plug" : undefined;
  const shown = view.format.fact(fact);
  const text =
    target === undefined
      ? undefined
      : view.text("target_short", { value: view.format.fact(view.fact("charge_target")) });
  const words = text ? [fact.name, text] : [fact.name];
  const content = html`<span title=${text ?? nothing}
      ><svg viewBox="0 0 120 120" aria-hidden="true" style=${`--level:${colour(level)}`}>
        <circle class="track" cx="60" cy="60" r=${RADIUS} />
        ${ahead === undefined ? nothing : arc("predicted", 0, ahead)}
        ${level > 0 ? arc("level", 0, level) : nothing} ${target === undefined ? nothing : mark(target)}
      </svg></span
    >
    <span class="middle" style=${`--level:${colour(level)}`}>
      ${symbol ? html`<span class=${symbol === "plug" ? "quiet" : ""}>${icon(symbol)}</span>` : nothing}
      <span class="big clamp"><bdi>${shown}</bdi></span>
      ${estimate ? html`<small class="clamp"><bdi>${view.text("estimated", { value: view.format.fact(estimate) })}</bdi></small>` : nothing}
    </span>`;
  return view.link(fact, `ring ${isCharging(view) ? "charging" : ""}`, content, words.join(", "));
}

/** Return a word about a fact, which opens its entity. */
function word(view: View, name: string, text: (value: string) => string, spoken?: string): Part {
  const fact = view.first(name);
  if (!fact) return nothing;
  return view.link(fact, "word", html`<bdi class="clamp">${text(view.format.fact(fact))}</bdi>`, spoken);
}

/** Return to what the car charges, as the legend of the mark. */
function target(view: View): Part {
  const text = word(view, "charge_target", (value) => view.text("target_short", { value }));
  return text === nothing ? nothing : html`<div class="target quiet">${text}</div>`;
}

/** Return one line about the charge that runs, or that the car is plugged in. */
function now(view: View): Part {
  if (!isCharging(view) && !view.flag("plugged")) return nothing;
  const running = [
    word(view, "charging_power", (value) => value, view.fact("charging_power")?.name),
    word(view, "charging_end", (time) => view.text("until", { time })),
    word(view, "charging_gained", (value) => view.text("gained", { value })),
  ].filter((item) => item !== nothing);
  const state = word(view, "charging_state", (value) => value);
  const words =
    isCharging(view) && running.length ? running : [state === nothing ? view.text("plugged_in") : state];
  return html`<div class=${isCharging(view) ? "now" : "now idle"}>
    ${icon(isCharging(view) ? "bolt" : "plug")}
    <div class="words">
      ${words.map((item, index) => html`${index ? html`<span aria-hidden="true">·</span>` : nothing}${item}`)}
    </div>
  </div>`;
}

function range(view: View, fact: Fact | undefined): Part {
  if (!fact) return nothing;
  const shown = view.format.fact(fact);
  return view.link(
    fact,
    "range",
    html`<span class="clamp"><bdi>${shown}</bdi></span
      ><small>${view.text("range")}</small>`,
  );
}

function electric(view: View): Part {
  const level = view.first("charge_level", "predicted_charge_level");
  const far = view.first("range_electric", "range_total");
  if (!level && !far) return nothing;
  const tiles = isCharging(view)
    ? nothing
    : [recent(view, "last_charge", "bolt"), view.tile(view.fact("charged_this_month"), "calendar")];
  return html`<div class="gauge">
      ${level ? ring(view, level) : nothing}
      <div class="main">${range(view, far)} ${now(view)} ${target(view)}</div>
    </div>
    ${tiles === nothing || tiles.every((item) => item === nothing) ? nothing : html`<div class="tiles">${tiles}</div>`}`;
}

/** Return a tile whose label says when it was. */
function recent(view: View, name: string, symbol: IconName): Part {
  const fact = view.fact(name);
  if (!fact || fact.value === null) return nothing;
  const label = fact.at ? `${fact.name} · ${view.format.moment(fact.at)}` : fact.name;
  return view.tile({ ...fact, stale: false }, symbol, undefined, label);
}

interface Bar {
  symbol: IconName;
  name: string;
  level: number | undefined;
  facts: (Fact | undefined)[];
  mark?: number | undefined;
  ahead?: number | undefined;
}

function bar(view: View, { symbol, name, level, facts, mark, ahead }: Bar): Part {
  const known = facts.filter((fact) => fact !== undefined && fact.value !== null);
  if (!known.length) return nothing;
  const numbers = known.map((fact, index) => {
    const style = `word ${index < known.length - 1 ? "quiet" : ""}`;
    return view.link(fact as Fact, style, html`<bdi>${view.format.fact(fact)}</bdi>`, fact?.name);
  });
  return html`<div class="bar">
    ${icon(symbol)}<span>${name} ${mark === undefined ? nothing : target(view)}</span
    ><span class="numbers">${numbers}</span>
    ${level === undefined ? nothing : rail(level, mark, ahead)}
  </div>`;
}

function rail(level: number, mark: number | undefined, ahead: number | undefined): TemplateResult {
  const width = (value: number): string => `width:${clamp(value)}%`;
  return html`<span class="rail" style=${`--level:${colour(level)}`}>
    ${ahead === undefined ? nothing : html`<b style=${width(ahead)}></b>`}<i style=${width(level)}></i>${
      mark === undefined ? nothing : html`<u style=${`inset-inline-start:${clamp(mark)}%`}></u>`
    }
  </span>`;
}

function batteryBar(view: View): Part {
  const level = view.first("charge_level", "predicted_charge_level");
  const estimate = predicted(view);
  return html`<div class=${isCharging(view) ? "charging" : ""}>
    ${bar(view, {
      symbol: isCharging(view) ? "bolt" : view.flag("plugged") ? "plug" : "battery",
      name: view.text("electric"),
      level: typeof level?.value === "number" ? level.value : undefined,
      facts: [level, view.fact("range_electric")],
      mark: view.number("charge_target"),
      ahead: typeof estimate?.value === "number" ? estimate.value : undefined,
    })}
  </div>`;
}

function fuelBar(view: View, far: Fact | undefined): Part {
  return bar(view, {
    symbol: "fuel",
    name: view.text("fuel"),
    level: view.number("fuel_percent"),
    facts: [view.fact("fuel_percent"), view.fact("fuel_level"), far],
  });
}

function hybrid(view: View): Part {
  const charges = view.flag("plugged") || isCharging(view);
  const tiles = charges
    ? []
    : [view.tile(view.fact("electric_share"), "route"), view.tile(view.fact("fuel_consumption"), "fuel")];
  const total = view.first("range_total");
  return html`<div class="bars">
    ${range(view, total)} ${batteryBar(view)} ${fuelBar(view, view.fact("range_fuel"))}
    ${charges ? now(view) : nothing}
    ${tiles.every((item) => item === nothing) ? nothing : html`<div class="tiles">${tiles}</div>`}
  </div>`;
}

export function nextService(view: View): Part {
  const date = view.first("next_service_date");
  if (typeof date?.value === "string") return view.tile(date, "wrench", view.format.dueMonth(date.value));
  return view.tile(view.first("next_service_distance"), "wrench");
}

function combustion(view: View): Part {
  const tiles = [
    view.tile(view.fact("fuel_consumption"), "fuel"),
    view.tile(view.fact("distance_this_month"), "calendar"),
    nextService(view),
    view.tile(view.fact("battery_12v"), "battery"),
  ]
    .filter((item) => item !== nothing)
    .slice(0, MOST_TILES);
  return html`<div class="bars">
    ${range(view, view.first("range_fuel", "range_total"))} ${fuelBar(view, undefined)}
    ${tiles.length ? html`<div class="tiles">${tiles}</div>` : nothing}
  </div>`;
}

function known(view: View): boolean {
  return Boolean(
    view.first(
      "charge_level",
      "predicted_charge_level",
      "fuel_level",
      "fuel_percent",
      "range_total",
      "range_electric",
      "range_fuel",
    ),
  );
}

export function energy(view: View): Part {
  if (!known(view)) return html`<p class="empty">${icon("info")}${view.text("no_energy")}</p>`;
  const { drive } = view.car;
  const fuel = view.first("fuel_level", "fuel_percent", "range_fuel");
  const battery = view.first("charge_level", "range_electric");
  if (drive === "plug_in_hybrid" || (drive === "unknown" && fuel && battery))
    return html`<div class="energy">${hybrid(view)}</div>`;
  const drawn =
    drive === "combustion" || (drive === "unknown" && !battery) ? combustion(view) : electric(view);
  return html`<div class="energy">${drawn}</div>`;
}
