import { LitElement, css, html, type TemplateResult } from "lit";
import { carStore, type CarStore } from "./store";
import type { CardConfig, Hass } from "./types";

export class MyBmwCard extends LitElement {
  static override styles = css`
    .name {
      padding: 16px;
      font-size: 1.25rem;
    }
  `;

  private config: CardConfig | undefined;
  private store: CarStore | undefined;
  private leave: (() => void) | undefined;

  setConfig(config: CardConfig): void {
    this.config = config;
    this.requestUpdate();
  }

  set hass(hass: Hass) {
    if (!this.store) this.follow(carStore(hass, this.config?.device_id));
  }

  private follow(store: CarStore): void {
    this.store = store;
    if (this.isConnected) this.leave = store.listen(() => this.requestUpdate());
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.store) this.follow(this.store);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.leave?.();
  }

  override render(): TemplateResult {
    return html`<ha-card><div class="name">${this.store?.data?.name}</div></ha-card>`;
  }
}
