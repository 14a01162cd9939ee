// A month on paper: sums, trips and charges as tables.

import { html, nothing, render, type TemplateResult } from "lit";
import type { Charge, History, Trip } from "../history_types";
import type { View } from "../view";

const STYLE = `
  body { font: 11pt/1.4 system-ui, sans-serif; color: #000; background: #fff; margin: 0; }
  h1 { font-size: 16pt; margin: 0; }
  h2 { font-size: 12pt; margin: 16pt 0 4pt; }
  table { width: 100%; border-collapse: collapse; font-size: 9pt; }
  th, td { text-align: start; vertical-align: top; padding: 2pt 8pt 2pt 0; border-bottom: 0.5pt solid #999; }
  td, th { overflow-wrap: anywhere; }
  td { font-variant-numeric: tabular-nums; }
  tr { break-inside: avoid; }
  thead { display: table-header-group; }
`;

/** A column: the key of its heading, and what it shows of a record. */
type Column<Item> = [string, (item: Item) => string | null | undefined];

function table<Item>(view: View, title: string, items: Item[], columns: Column<Item>[]): TemplateResult {
  const rows = items.map((item) => columns.map(([, show]) => show(item) ?? ""));
  const shown = columns.map((_, index) => rows.some((row) => row[index]));
  if (!rows.length) return html``;
  return html`<h2>${view.text(title)}</h2>
    <table>
      <thead>
        <tr>
          ${columns.map(([key], index) => (shown[index] ? html`<th>${view.text(key)}</th>` : nothing))}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              ${row.map((cell, index) => (shown[index] ? html`<td><bdi>${cell}</bdi></td>` : nothing))}
            </tr>`,
        )}
      </tbody>
    </table>`;
}

/** Return what a month was like, its oldest trip and charge first. */
export function report(view: View, { month, trips, charges, totals, units }: History): TemplateResult {
  const { format } = view;
  const mixed = view.car.drive === "plug_in_hybrid";
  const amount = (value: number | null | undefined, unit?: string, digits = 1): string | undefined =>
    typeof value === "number" ? format.quantity(value, unit, digits) : undefined;
  const money = (costs: Record<string, number> = {}): string | undefined =>
    Object.entries(costs)
      .map(([currency, cost]) => format.money(cost, currency))
      .join(", ");
  const sums: [string, string | undefined][] = [
    ["distance", amount(totals.distance, units.distance)],
    ["trips_count", amount(totals.trips, undefined, 0)],
    ["consumption", amount(totals.consumption, units.consumption)],
    ["fuel", amount(totals.fuel, units.fuel)],
    ["consumption", amount(totals.fuel_consumption, units.fuel_consumption)],
    ["cost", money(totals.fuel_costs)],
    ["electric_share", mixed ? amount(totals.electric_share, "%", 0) : undefined],
    ["charges_count", amount(totals.charges, undefined, 0)],
    ["part_charges", amount(totals.charged, units.energy)],
    ["cost", money(totals.costs)],
  ];
  const driven: Column<Trip>[] = [
    ["column_date", (trip) => format.date(trip.start ?? trip.end)],
    ["column_route", (trip) => [trip.from, trip.to].filter(Boolean).join(" – ")],
    ["distance", (trip) => amount(trip.distance, units.distance)],
    ["column_duration", (trip) => (trip.duration === null ? "" : format.duration(trip.duration))],
    ["consumption", (trip) => amount(trip.consumption, units.consumption)],
    ["fuel", (trip) => amount(trip.fuel_consumption, units.fuel_consumption)],
    ["electric_share", (trip) => (mixed ? amount(trip.electric_share, "%", 0) : "")],
    ["column_purpose", (trip) => trip.category],
  ];
  const level = (value: number | null): string => (value === null ? "" : format.quantity(value, "%", 0));
  const charged: Column<Charge>[] = [
    ["column_date", (charge) => format.date(charge.start ?? charge.end ?? "")],
    ["part_place", (charge) => charge.place],
    ["energy", (charge) => amount(charge.energy, units.energy)],
    [
      "column_level",
      ({ soc_start: from, soc_end: to }) => [level(from), level(to)].filter(Boolean).join(" – "),
    ],
    ["cost", (charge) => (charge.cost === null ? "" : format.money(charge.cost, charge.currency))],
  ];
  return html`<h1><bdi>${view.car.name}</bdi>: ${format.month(month)}</h1>
    <table>
      <tbody>
        ${sums.map(([key, value]) =>
          value
            ? html`<tr>
                <th>${view.text(key)}</th>
                <td>${value}</td>
              </tr>`
            : nothing,
        )}
      </tbody>
    </table>
    ${table(view, "part_trips", [...trips].reverse(), driven)}
    ${table(view, "part_charges", [...charges].reverse(), charged)}`;
}

/** Print a page that nobody sees, and throw it away. */
export function print(page: TemplateResult): void {
  const frame = document.createElement("iframe");
  frame.style.cssText = "position:fixed;width:0;height:0;border:0";
  frame.addEventListener("load", () => {
    const { contentDocument: inner, contentWindow: view } = frame;
    if (!inner || !view) return;
    inner.documentElement.lang = document.documentElement.lang;
    inner.documentElement.dir = getComputedStyle(document.documentElement).direction;
    const style = inner.createElement("style");
    style.textContent = STYLE;
    inner.head.append(style);
    render(page, inner.body);
    view.addEventListener("afterprint", () => setTimeout(() => frame.remove()));
    view.print();
  });
  document.body.append(frame);
}
