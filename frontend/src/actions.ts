// What a tap does: more-info, the page of the device, a command as the service call of the user.

import type { Command, Hass } from "./types";

function fire(node: EventTarget, type: string, detail: unknown): void {
  node.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
}

export function moreInfo(node: EventTarget, entityId: string): void {
  fire(node, "hass-more-info", { entityId });
}

/** Open the page of a device; only administrators have one. */
export function openDevice(deviceId: string): void {
  history.pushState(null, "", `/config/devices/device/${encodeURIComponent(deviceId)}`);
  fire(window, "location-changed", { replace: false });
}

export async function call(hass: Hass, command: Command): Promise<void> {
  await hass.callService(command.domain, command.service, command.data);
}
