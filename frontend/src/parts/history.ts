// Trips and charges of a month, and the battery over time: asked for when they are unfolded.

import { LitElement, html, nothing, type TemplateResult } from "lit";
import type { Charge, History, Trip } from "../history_types";
import { icon } from "../icons";
import { base } from "../styles";
import type { Connection, Hass } from "../types";
import type { Part, View } from "../view";
import { chart, chartStyles } from "./chart";
import { isCharging } from "./energy";
import { historyStyles } from "./history_styles";

type Total = Exclude<keyof History["totals"], "costs" | "fuel_costs">;

const KEPT = 24;
const answers = new WeakMap<Connection, Map<string, Promise<History>>>();

/** Return what happened in a month; cards of one car share the answer until the car has driven or charged. */
export function ask(
  { connection, language }: Hass,
  deviceId: string,
  month: string,
  state: string,
): Promise<History> {
  const known = answers.get(connection) ?? new Map<string, Promise<History>>();
  answers.set(connection, known);
  const key = [language, deviceId, month, state].join();
  const before = known.get(key);
  if (before) return before;
  const request = { type: "mybmw/card/history", device_id: deviceId, month, language };
  const asked = connection.sendMessagePromise<History>(request);
  asked.catch(() => known.delete(key));
  known.set(key, asked);
  const oldest = known.keys().next().value;
  if (known.size > KEPT && oldest) known.delete(oldest);
  return asked;
}

/** Return the month that is so many months after one. */
export function shifted(month: string, by: number): string {
  const [year, number] = month.split("-").map(Number);
  return new Date(Date.UTC(year ?? 1970, (number ?? 1) - 1 + by, 15)).toISOString().slice(0, 7);
}

export function currentMonth(zone: string | undefined, now = new Date()): string {
  const parts = new Intl.DateTimeFormat("en-CA", {
    year: "numeric",
    month: "2-digit",
    ...(zone ? { timeZone: zone } : {}),
  });
  return parts.format(now).slice(0, 7);
}

export class MyBmwHistory extends LitElement {
  static override properties = {
    view: { attribute: false },
    name: {},
    month: { state: true },
    found: { state: true },
    error: { state: true },
  };
  static override styles = [base, chartStyles, historyStyles];

  declare view: View;
  declare name: string;
  declare month: string;
  declare found: History | undefined;
  declare error: string | undefined;
  private asked = "";

  override willUpdate(): void {
    const { hass, format } = this.view;
    this.month ??= currentMonth(format.timeZone);
    const known = ["last_trip", "last_charge"].map((name) => this.view.fact(name)?.at ?? "");
    const running = this.name === "charges" && isCharging(this.view);
    const state = [...known, running ? this.view.number("charge_level") : ""].join();
    const wanted = [this.view.car.device_id, this.month, state].join();
    if (this.asked !== wanted) {
      this.asked = wanted;
      this.load(ask(hass, this.view.car.device_id, this.month, state), wanted);
    }
  }

  private load(answer: Promise<History>, wanted: string): void {
    this.error = undefined;
    answer
      .then((found) => {
        if (this.asked === wanted) this.found = found;
      })
      .catch((error: { code?: unknown }) => {
        if (this.asked === wanted) this.error = String(error?.code ?? "failed");
      });
  }

  private again(): void {
    this.asked = "";
    this.requestUpdate();
  }

  private turn(by: number): void {
    this.month = shifted(this.month, by);
  }

  override render(): Part {
    const { view, found } = this;
    if (this.error === "no_journal")
      return html`<p class="empty">${icon("info")}${view.text("no_journal")}</p>`;
    if (this.error)
      return html`<p class="empty" role="alert">
        ${icon("warning")}${view.text("history_failed")}
        <button class="action" @click=${this.again}>${view.text("try_again")}</button>
      </p>`;
    if (!found) return html`<div class="wait" role="status" aria-label=${view.text("loading")}></div>`;
    if (this.name === "battery") return this.battery(found);
    return html`${this.months(found)} ${this.name === "trips" ? this.trips(found) : this.charges(found)}`;
  }

  /** Whether the car can drive with fuel or electricity, so that the share of that says something. */
  private get mixed(): boolean {
    return this.view.car.drive === "plug_in_hybrid";
  }

  private months(found: History): TemplateResult {
    const { view } = this;
    const newest = this.month >= currentMonth(view.format.timeZone);
    const oldest = found.first_month !== null && this.month <= found.first_month;
    return html`<nav>
      <button
        class="link"
        aria-label=${view.text("previous_month")}
        ?disabled=${oldest}
        @click=${() => this.turn(-1)}
      >
        ${icon("left")}
      </button>
      <b aria-live="polite">${view.format.month(this.month)}</b>
      <button
        class="link"
        aria-label=${view.text("next_month")}
        ?disabled=${newest}
        @click=${() => this.turn(1)}
      >
        ${icon("right")}
      </button>
    </nav>`;
  }

  private total(found: History, key: Total, text: string, unit?: string, digits = 0): Part {
    const value = found.totals[key];
    if (value === null || value === undefined) return nothing;
    return this.stat(this.view.format.quantity(value, unit, digits), text);
  }

  private stat(value: string, text: string): TemplateResult {
    return html`<div class="stat">
      <b><bdi>${value}</bdi></b
      ><span class="quiet">${this.view.text(text)}</span>
    </div>`;
  }

  private trips(found: History): TemplateResult {
    const { distance, consumption, fuel, fuel_consumption } = found.units;
    if (found.month === this.month && !found.trips.length) return this.none("no_trips");
    return html`<div class="tiles">
        ${this.total(found, "distance", "distance", distance)} ${this.total(found, "trips", "trips_count")}
        ${this.total(found, "consumption", "consumption", consumption, 1)}
        ${this.total(found, "fuel", "fuel", fuel, 1)}
        ${this.total(found, "fuel_consumption", "consumption", fuel_consumption, 1)}
        ${this.costs(found.totals.fuel_costs)}
        ${this.mixed ? this.total(found, "electric_share", "electric_share", "%") : nothing}
      </div>
      <ol tabindex="0" aria-label=${this.view.text("part_trips")}>
        ${found.trips.map((trip) => html`<li>${this.trip(trip, found)}</li>`)}
      </ol>
      ${this.printer()}`;
  }

  private costs(costs: Record<string, number> = {}): TemplateResult[] {
    const { format } = this.view;
    return Object.entries(costs).map(([currency, cost]) => this.stat(format.money(cost, currency), "cost"));
  }

  /** Return a button that prints the month; the apps of Home Assistant cannot print. */
  private printer(): Part {
    const app = window as {
      externalApp?: unknown;
      externalAppV2?: unknown;
      webkit?: { messageHandlers?: unknown };
    };
    if (app.externalApp || app.externalAppV2 || app.webkit?.messageHandlers) return nothing;
    return html`<button class="action link" @click=${() => this.print().catch(() => (this.error = "failed"))}>
      ${icon("print")}${this.view.text("print_month")}
    </button>`;
  }

  /** Print all of the month, which may be more than is listed here. */
  private async print(): Promise<void> {
    const { car, hass } = this.view;
    const request = { type: "mybmw/card/history", device_id: car.device_id, month: this.month, whole: true };
    const [{ print, report }, found] = await Promise.all([
      import("./report"),
      hass.connection.sendMessagePromise<History>({ ...request, language: hass.language }),
    ]);
    print(report(this.view, found));
  }

  private none(text: string): TemplateResult {
    return html`<p class="empty">
      ${icon("info")}${this.view.text(text, { month: this.view.format.month(this.month) })}
    </p>`;
  }

  private trip(trip: Trip, found: History): TemplateResult {
    const { format } = this.view;
    const { distance, consumption, fuel_consumption } = found.units;
    const details = [
      trip.duration === null ? undefined : format.duration(trip.duration),
      trip.consumption === null ? undefined : format.quantity(trip.consumption, consumption, 1),
      typeof trip.fuel_consumption === "number"
        ? format.quantity(trip.fuel_consumption, fuel_consumption, 1)
        : undefined,
      trip.electric_share === null || !this.mixed
        ? undefined
        : this.view.text("electric_of_trip", { value: format.quantity(trip.electric_share, "%", 0) }),
      trip.category ?? undefined,
    ].filter((item) => item !== undefined);
    const way = [trip.from, trip.to].filter(Boolean).join(" → ");
    const when = format.date(trip.start ?? trip.end);
    return html`<div class="row">
      <b class="clamp"><bdi>${way || when}</bdi></b>
      <b><bdi>${trip.distance === null ? nothing : format.quantity(trip.distance, distance, 1)}</bdi></b>
      <span class="quiet whole"><bdi>${[way ? when : "", ...details].filter(Boolean).join(" · ")}</bdi></span>
    </div>`;
  }

  private charges(found: History): TemplateResult {
    const running = isCharging(this.view) ? found.running : null;
    if (found.month === this.month && !found.charges.length && !running) return this.none("no_charges");
    return html`${running ? html`<div class="running">${this.charge(running, found, true)} ${running.curve && running.curve.length > 1 ? this.curve(running, found) : nothing}</div>` : nothing}
      <div class="tiles">
        ${this.total(found, "charged", "energy", found.units.energy, 1)}
        ${this.total(found, "charges", "charges_count")} ${this.costs(found.totals.costs)}
      </div>
      <ol tabindex="0" aria-label=${this.view.text("part_charges")}>
        ${found.charges.map(
          (charge) =>
            html`<li>
              <details>
                <summary class="link">${this.charge(charge, found)}</summary>
                ${this.curve(charge, found)}
              </details>
            </li>`,
        )}
      </ol>
      ${this.printer()}`;
  }

  /** Return a charge; of one that goes on, what is known so far. */
  private charge(charge: Charge, found: History, running = false): TemplateResult {
    const { format } = this.view;
    const levels = charge.soc_start !== null && charge.soc_end !== null;
    const minutes =
      charge.start && charge.end
        ? (new Date(charge.end).getTime() - new Date(charge.start).getTime()) / 60_000
        : null;
    const details = [
      levels
        ? `${format.number(charge.soc_start ?? 0, 0)} → ${format.quantity(charge.soc_end ?? 0, "%", 0)}`
        : undefined,
      minutes === null ? undefined : format.duration(minutes),
      charge.kind ?? undefined,
    ].filter((item) => item !== undefined);
    const at = charge.start ?? charge.end;
    const when = at ? format.date(at) : "";
    const title = running ? this.view.text("charging_now") : (charge.place ?? when);
    const other = running ? [charge.place, charge.start ? when : ""] : [charge.place ? when : ""];
    return html`<div class="row">
      <b class="clamp"><bdi>${title}</bdi></b>
      <b
        ><bdi
          >${charge.energy === null ? nothing : format.quantity(charge.energy, found.units.energy, 1)}</bdi
        ></b
      >
      <span class=${charge.cost === null ? "quiet whole" : "quiet"}
        ><bdi>${[...other, ...details].filter(Boolean).join(" · ")}</bdi></span
      >
      ${
        charge.cost === null
          ? nothing
          : html`<span class="quiet"><bdi>${format.money(charge.cost, charge.currency)}</bdi></span>`
      }
    </div>`;
  }

  private curve(charge: Charge, found: History): TemplateResult {
    const { format } = this.view;
    const points = (charge.curve ?? [])
      .map(([at, power]): [number, number] => [new Date(at).getTime(), power])
      .filter(([at, power]) => Number.isFinite(at) && Number.isFinite(power))
      .sort((a, b) => a[0] - b[0]);
    const [first, last] = [points[0], points[points.length - 1]];
    if (!first || !last || points.length < 2) return html`<p class="empty">${this.view.text("no_curve")}</p>`;
    const most = Math.max(...points.map(([, power]) => power), 1);
    const power = (value: number): string => format.quantity(value, found.units.power, value < 20 ? 1 : 0);
    return chart({
      points,
      label: this.view.text("power_curve", { value: power(most) }),
      low: format.number(0),
      high: power(most),
      times: [first, last].map(([at]) => format.time(new Date(at))),
      range: [0, most],
    });
  }

  private battery(found: History): TemplateResult {
    const { view } = this;
    const known = found.battery.filter((item): item is [string, number, number | null] => item[1] !== null);
    const facts = [
      view.tile(view.fact("battery_health"), "check"),
      view.tile(view.fact("battery_capacity"), "battery"),
    ];
    const shown = facts.some((item) => item !== nothing);
    const tiles = shown ? html`<div class="tiles">${facts}</div>` : nothing;
    if (known.length < 2)
      return shown ? html`${tiles}` : html`<p class="empty">${icon("info")}${view.text("no_battery")}</p>`;
    const values = known.map(([, energy]) => energy);
    const [low, high] = [Math.floor(Math.min(...values) - 1), Math.ceil(Math.max(...values) + 1)];
    const energy = (value: number): string => view.format.quantity(value, found.units.energy, 0);
    return html`${tiles}
    ${chart({
      points: known.map(([month, value]) => [new Date(`${month}-15`).getTime(), value]),
      label: view.text("battery_curve"),
      low: energy(low),
      high: energy(high),
      times: [known[0], known[known.length - 1]].map((item) => view.format.month(item?.[0] ?? "", "short")),
      range: [low, high],
    })}`;
  }
}
