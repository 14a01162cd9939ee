// What is shown where a part has nothing to show, with the reason on request.

import { LitElement, html, nothing, type TemplateResult } from "lit";
import { define } from "../define";
import { icon } from "../icons";
import { base } from "../styles";
import type { Part, View } from "../view";

class MyBmwMissing extends LitElement {
  static override properties = { view: { attribute: false }, text: {}, fact: {}, reason: { state: true } };
  static override styles = base;

  declare view: View;
  declare text: string;
  declare fact: string;
  declare reason: string | undefined;

  private async ask(): Promise<void> {
    const { car, hass } = this.view;
    const request = {
      type: "mybmw/card/why",
      device_id: car.device_id,
      fact: this.fact,
      language: hass.language,
    };
    try {
      this.reason = (await hass.connection.sendMessagePromise<{ text: string }>(request)).text;
    } catch {
      this.reason = this.view.text("unknown");
    }
  }

  override render(): Part {
    const why = html`<button
      class="action"
      aria-label=${this.view.text("why_named", { name: this.view.fact(this.fact)?.name ?? this.text })}
      @click=${this.ask}
    >
      ${this.view.text("why")}
    </button>`;
    return html`<p class="empty" role="status">
      ${icon("info")}<bdi class="clamp">${this.reason ?? this.text}</bdi>
      ${this.reason === undefined ? why : nothing}
    </p>`;
  }
}

define("mybmw-missing", MyBmwMissing);

/** Return a text that says that something is missing, and a button that asks for the reason. */
export function missing(view: View, text: string, fact: string): TemplateResult {
  return html`<mybmw-missing .view=${view} .text=${view.text(text)} .fact=${fact}></mybmw-missing>`;
}
