// An element that follows one car while it is on the page: the badge and the tile features.

import { LitElement, nothing } from "lit";
import { carStore, type CarStore } from "./store";
import type { Hass } from "./types";
import { View, type Part } from "./view";

export abstract class CarFollower extends LitElement {
  private current: Hass | undefined;
  private store: CarStore | undefined;
  private leave: (() => void) | undefined;

  /** Return the device of the car; undefined for the first one, null if there is none to follow. */
  protected abstract deviceId(hass: Hass): string | undefined | null;
  protected abstract content(view: View): Part;

  get hass(): Hass | undefined {
    return this.current;
  }

  /** Take a new state of Home Assistant; a state of an entity changes nothing here. */
  set hass(hass: Hass | undefined) {
    const before = this.current;
    this.current = hass;
    if (before?.connection !== hass?.connection || before?.language !== hass?.language) this.bind();
    else if (before?.locale !== hass?.locale) this.requestUpdate();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.bind();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.bind();
  }

  /** Follow the car that is wanted now, or none while the element is not on the page. */
  protected bind(): void {
    const device = this.current && this.isConnected ? this.deviceId(this.current) : null;
    const store = this.current && device !== null ? carStore(this.current, device) : undefined;
    if (store === this.store) return;
    this.leave?.();
    this.store = store;
    this.leave = store?.listen(() => this.requestUpdate());
    this.requestUpdate();
  }

  override render(): Part {
    const car = this.store?.data;
    return this.current && car ? this.content(new View(this.current, car, this)) : nothing;
  }
}
