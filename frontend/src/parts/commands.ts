// Buttons for commands. Unlocking needs a long press, horn and lights a confirmation.

import { LitElement, css, html, nothing, type TemplateResult } from "lit";
import { call } from "../actions";
import { icon, type IconName } from "../icons";
import { isCharging } from "./energy";
import { base, columns } from "../styles";
import type { CarData, Command } from "../types";
import type { View } from "../view";

/** What can be begun and ended: only one of both is shown while it is known whether it runs. */
const PAIRS: [string, string, (view: View) => boolean | undefined][] = [
  ["climate_start", "climate_stop", (view) => view.current("climate_active")],
  ["charge_start", "charge_stop", (view) => view.fact("charging_state") && isCharging(view)],
];

/** Return the commands that make sense now. */
export function offered(view: View): [string, Command][] {
  const useless = PAIRS.map(([start, stop, runs]) => {
    const running = runs(view);
    return running === undefined ? "" : running ? start : stop;
  });
  return view.commands().filter(([name]) => !useless.includes(name));
}

const HOLD = 1_000;
const AFTER = 400; // a click follows the end of a press
const SHOWN = 60_000; // how long an outcome stays
const ICONS: Record<string, IconName> = {
  lock: "lock",
  unlock: "unlock",
  climate_start: "fan",
  climate_stop: "stop",
  charge_start: "bolt",
  charge_stop: "stop",
  horn: "horn",
  lights: "lights",
  finder: "search",
  refresh: "refresh",
};

export class MyBmwCommands extends LitElement {
  static override properties = { view: { attribute: false } };
  static override styles = [
    base,
    css`
      :host {
        display: block;
      }
      .row {
        --gap: 8px;
      }
      @container (max-width: 339px) {
        .row {
          --columns: 3 !important;
        }
      }
      .command {
        position: relative;
        overflow: hidden;
        display: grid;
        justify-items: center;
        align-content: center;
        gap: 4px;
        min-height: 64px;
        padding: 8px 4px;
        border-radius: var(--radius);
        background: var(--surface);
        text-align: center;
        font-size: 12px;
        user-select: none;
        -webkit-user-select: none;
        -webkit-touch-callout: none;
        touch-action: manipulation;
      }
      .command > * {
        position: relative;
      }
      .command::before {
        content: "";
        position: absolute;
        inset: 0;
        background: color-mix(in srgb, var(--accent) 35%, transparent);
        transform: scaleX(0);
        transform-origin: left;
        transition: transform 0.15s;
      }
      .command:dir(rtl)::before {
        transform-origin: right;
      }
      .command.held::before {
        transform: scaleX(1);
        transition: transform ${HOLD}ms linear !important;
      }
      .command .hint {
        color: var(--quiet);
        font-size: 11px;
      }
      .command.busy .icon {
        animation: beat 1.2s ease-in-out infinite;
      }
      @keyframes beat {
        50% {
          opacity: 0.25;
        }
      }
      .outcome {
        display: flex;
        align-items: center;
        gap: 8px;
        margin-top: 8px;
        overflow-wrap: anywhere;
      }
      .outcome:empty {
        display: none;
      }
      .outcome .done {
        color: var(--good);
      }
      .outcome .error {
        color: var(--bad-text);
      }
      dialog {
        border: 0;
        border-radius: var(--ha-dialog-border-radius, 24px);
        padding: 24px;
        max-width: min(340px, calc(100vw - 80px));
        color: var(--text);
        background: var(--ha-dialog-surface-background, var(--card-background-color, #fff));
        box-shadow: 0 8px 40px rgba(0, 0, 0, 0.35);
      }
      dialog::backdrop {
        background: rgba(0, 0, 0, 0.45);
      }
      h3 {
        margin: 0 0 8px;
        font-size: 20px;
        font-weight: 500;
      }
      p {
        margin: 0 0 20px;
      }
      .choice {
        display: flex;
        justify-content: end;
        gap: 8px;
      }
      .choice .yes {
        background: var(--accent);
        color: var(--text-primary-color, #fff);
      }
    `,
  ];

  declare view: View;
  private asked: [string, Command] | undefined;
  private held: string | undefined;
  private busy: string | undefined;
  /** What was known of the last command when one was sent. */
  private earlier: CarData["command_state"] = null;
  private failure: string | undefined;
  private began = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private cooldown: ReturnType<typeof setTimeout> | undefined;
  /** The command that a pointer or key is on, so that the click that ends a press does nothing. */
  private pressed: string | undefined;
  private note: string | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.timer);
    this.held = undefined;
  }

  private press(event: Event, name: string, command: Command): void {
    if (command.confirm !== "hold" || this.busy === name || this.held) return;
    clearTimeout(this.cooldown);
    this.pressed = name;
    this.held = name;
    this.began = event.timeStamp;
    this.note = undefined;
    this.timer = setTimeout(() => this.complete(name, command), HOLD);
    this.requestUpdate();
  }

  private complete(name: string, command: Command): void {
    clearTimeout(this.timer);
    this.held = undefined;
    void this.send(name, command);
  }

  /** End a press. One that was long enough counts even if the browser was too busy to notice. */
  private release(event: Event, name: string, command: Command): void {
    if (this.pressed !== name) return;
    clearTimeout(this.cooldown);
    this.cooldown = setTimeout(() => (this.pressed = undefined), AFTER);
    if (!this.held) return;
    clearTimeout(this.timer);
    this.held = undefined;
    if (/up$/.test(event.type) && event.timeStamp - this.began >= HOLD) this.complete(name, command);
    else this.note = this.hint(name);
    this.requestUpdate();
  }

  private hint(name: string): string {
    return this.view.text("hold_to", { command: this.view.car.commands[name]?.label ?? "" });
  }

  /** A click that no press came before is one of a screen reader, which cannot hold: ask instead. */
  private tap(name: string, command: Command): void {
    if (this.busy === name || (command.confirm === "hold" && this.pressed === name)) return;
    if (command.confirm === "none") void this.send(name, command);
    else void this.ask(name, command);
  }

  private key(event: KeyboardEvent, name: string, command: Command): void {
    if (command.confirm !== "hold" || (event.key !== "Enter" && event.key !== " ")) return;
    event.preventDefault();
    if (!event.repeat) this.press(event, name, command);
  }

  private async ask(name: string, command: Command): Promise<void> {
    this.asked = [name, command];
    this.requestUpdate();
    await this.updateComplete;
    this.renderRoot.querySelector("dialog")?.showModal();
  }

  private answered(event: Event): void {
    const chosen = this.asked;
    const dialog = event.currentTarget as HTMLDialogElement;
    this.asked = undefined;
    this.requestUpdate();
    if (chosen && dialog.returnValue === "yes") void this.send(...chosen);
  }

  private async send(name: string, command: Command): Promise<void> {
    this.busy = name;
    this.earlier = this.view.car.command_state;
    this.failure = this.note = undefined;
    this.requestUpdate();
    try {
      await call(this.view.hass, command);
    } catch (error) {
      const message = (error as { message?: unknown } | undefined)?.message;
      this.failure = this.view.text("failed", {
        error: typeof message === "string" ? message : command.label,
      });
    }
    if (this.busy === name) this.busy = undefined;
    this.requestUpdate();
  }

  private outcome(): TemplateResult | typeof nothing {
    const last = this.view.car.command_state;
    const known = last !== null && !(this.busy && last === this.earlier);
    if (this.failure) return this.line("warning", this.failure, "error");
    if (this.note) return this.line("info", this.note);
    if (!known) return this.busy ? this.line("clock", this.view.text("sending")) : nothing;
    const text = [this.view.car.commands[last.name]?.label, last.text].filter(Boolean).join(": ");
    if (last.state === "pending") return this.line("clock", text);
    if (Date.now() - new Date(last.at).getTime() > SHOWN) return nothing;
    return last.state === "error" ? this.line("warning", text, "error") : this.line("check", text, "done");
  }

  private line(symbol: IconName, text: string, style = ""): TemplateResult {
    return html`<span class=${style}>${icon(symbol)}</span><bdi class="clamp">${text}</bdi>`;
  }

  private button([name, command]: [string, Command]): TemplateResult {
    const state = this.view.car.command_state;
    const busy = this.busy === name || (state?.state === "pending" && state.name === name);
    const hold = command.confirm === "hold";
    const release = (event: Event): void => this.release(event, name, command);
    return html`<button
      class=${`command link ${this.held === name ? "held" : ""} ${busy ? "busy" : ""}`}
      aria-label=${hold ? `${command.label} ${this.view.text("hold")}` : command.label}
      aria-busy=${busy ? "true" : "false"}
      @click=${() => this.tap(name, command)}
      @contextmenu=${(event: Event) => hold && event.preventDefault()}
      @pointerdown=${(event: PointerEvent) => event.button === 0 && this.press(event, name, command)}
      @pointerup=${release}
      @pointerleave=${release}
      @pointercancel=${release}
      @keydown=${(event: KeyboardEvent) => this.key(event, name, command)}
      @keyup=${release}
      @blur=${release}
    >
      ${icon(ICONS[name] ?? "car")}<bdi class="clamp">${command.label}</bdi>
      ${hold ? html`<span class="hint">${this.view.text("hold")}</span>` : nothing}
    </button>`;
  }

  private dialog(): TemplateResult | typeof nothing {
    if (!this.asked) return nothing;
    const [, command] = this.asked;
    const question = this.view.text("confirm_question", { command: command.label });
    return html`<dialog aria-labelledby="question" @close=${this.answered}>
      <form method="dialog">
        <h3 id="question" class="clamp"><bdi>${question}</bdi></h3>
        <p class="clamp">${this.view.text("confirm_text", { name: this.view.car.name })}</p>
        <div class="choice">
          <button class="action" value="no">${this.view.text("cancel")}</button>
          <button class="action yes" value="yes">${this.view.text("confirm")}</button>
        </div>
      </form>
    </dialog>`;
  }

  override render(): TemplateResult {
    const shown = offered(this.view);
    return html`<div class="row even" style=${columns(shown.length)}>
        ${shown.map((item) => this.button(item))}
      </div>
      <div class="outcome" role="status">${this.outcome()}</div>
      ${this.dialog()}`;
  }
}
