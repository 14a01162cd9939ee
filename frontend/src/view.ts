// What the parts of a card draw from: a car, and how its facts are formatted and opened.

import { html, nothing, type TemplateResult } from "lit";
import { moreInfo } from "./actions";
import { Format, NOTHING } from "./format";
import { icon, type IconName } from "./icons";
import type { CarData, Command, Fact, Hass } from "./types";

export type Part = TemplateResult | typeof nothing;

/** Return a name whose line does not end after a number, as in "12-V-Batterie". */
const unbroken = (name: string): string => name.replace(/(\d)-(?=\p{L})/gu, "$1\u2011");

export class View {
  readonly format: Format;

  constructor(
    readonly hass: Hass,
    readonly car: CarData,
    readonly node: HTMLElement,
  ) {
    this.format = new Format(hass, car.texts);
  }

  text(key: string, values?: Record<string, string | number>): string {
    return this.format.text(key, values);
  }

  fact(name: string): Fact | undefined {
    return this.car.facts[name] ?? undefined;
  }

  number(name: string): number | undefined {
    const value = this.fact(name)?.value;
    return typeof value === "number" && Number.isFinite(value) ? value : undefined;
  }

  flag(name: string): boolean | undefined {
    const value = this.fact(name)?.value;
    return typeof value === "boolean" ? value : undefined;
  }

  /** Return what a flag says, unless its value is old. */
  current(name: string): boolean | undefined {
    return this.fact(name)?.stale ? undefined : this.flag(name);
  }

  /** Return the first of these facts that has a value. */
  first(...names: string[]): Fact | undefined {
    return names.map((name) => this.fact(name)).find((fact) => fact && fact.value !== null);
  }

  commands(): [string, Command][] {
    return Object.entries(this.car.commands).filter((item): item is [string, Command] => item[1] !== null);
  }

  open(entityId: string | null | undefined): void {
    if (entityId) moreInfo(this.node, entityId);
  }

  /** Return a fact in words for screen readers. */
  label(fact: Fact, value = this.format.fact(fact)): string {
    const age = fact.stale && fact.at ? `, ${this.text("stale", { ago: this.format.ago(fact.at) })}` : "";
    return `${fact.name}: ${value === NOTHING ? this.text("unknown") : value}${age}`;
  }

  /**
   * Return content that opens the entity of a fact, if there is one that the user may read. What is
   * only spoken by screen readers follows what is seen.
   */
  link(fact: Fact, style: string, content: unknown, spoken?: string): TemplateResult {
    const all = html`${content}${spoken ? html`<span class="spoken">${spoken}</span>` : nothing}`;
    if (!fact.entity_id) return html`<div class=${style}>${all}</div>`;
    return html`<button
      class=${`${style} link`}
      aria-haspopup="dialog"
      @click=${() => this.open(fact.entity_id)}
    >
      ${all}
    </button>`;
  }

  /** Return a tile with the name and the value of a fact; nothing if it is not known. */
  tile(fact: Fact | undefined, symbol: IconName, value?: string, name?: string): Part {
    if (!fact || (fact.value === null && fact.text === null)) return nothing;
    const shown = value ?? this.format.fact(fact);
    const age = fact.stale && fact.at ? html`<span class="age">${this.format.ago(fact.at)}</span>` : nothing;
    return this.link(
      fact,
      `tile${fact.stale ? " stale" : ""}`,
      html`${icon(symbol)}<span class="value"><bdi>${shown}</bdi></span
        ><span class="label"><bdi>${unbroken(name ?? fact.name)}</bdi> ${age}</span>`,
    );
  }
}
