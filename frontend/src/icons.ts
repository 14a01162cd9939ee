// Our own icons: strokes in a square of 24.

import { svg, html, type TemplateResult } from "lit";

const PATHS = {
  battery: "M3.5 8h15v8h-15zM21 11v2M6.5 11v2M9.5 11v2M12.5 11v2",
  bolt: "M13 3 5.5 13.5H11L10 21l8-11h-5.5z",
  calendar: "M4.5 6.5h15v14h-15zM4.5 10.5h15M8.5 4v4M15.5 4v4",
  car: "M4 16.5v-4L6 7a2 2 0 0 1 1.9-1.5h8.2A2 2 0 0 1 18 7l2 5.5v4zM4 12.5h16M5 16.5V19h2.5v-2.5M16.5 16.5V19H19v-2.5",
  check: "M5 12.5l4.5 4.5L19 7.5",
  climate: "M10 13.5v-8a2 2 0 0 1 4 0v8a4 4 0 1 1-4 0zM12 9v7.5",
  clock: "M12 3.5a8.5 8.5 0 1 0 0 17a8.5 8.5 0 0 0 0-17zM12 7.5V12l3 2",
  close: "M6.5 6.5l11 11M17.5 6.5l-11 11",
  down: "M6 9.5l6 6l6-6",
  fan: "M12 10.2a1.8 1.8 0 1 0 0 3.6a1.8 1.8 0 0 0 0-3.6zM12 10.2C9 8 9.5 3.5 12.5 3.5s3 4 .8 6.9M13.8 12c2.2-3 6.7-2.5 6.7.5s-4 3-6.9.8M12 13.8c3 2.2 2.5 6.7-.5 6.7s-3-4-.8-6.9M10.2 12c-2.2 3-6.7 2.5-6.7-.5s4-3 6.9-.8",
  fuel: "M5 20V5.5A1.5 1.5 0 0 1 6.5 4h6A1.5 1.5 0 0 1 14 5.5V20M3.5 20h12M5 11h9M14 12.5h1.5A1.5 1.5 0 0 1 17 14v2.5a1.6 1.6 0 0 0 3.2 0V9l-3-3",
  horn: "M4 9.5v5h3.5l5 4v-13l-5 4zM16 9a4.5 4.5 0 0 1 0 6M18.5 6.5a8 8 0 0 1 0 11",
  info: "M12 3.5a8.5 8.5 0 1 0 0 17a8.5 8.5 0 0 0 0-17zM12 11v5.5M12 7.8v.1",
  left: "M14.5 6l-6 6l6 6",
  lights: "M11 6c-5 0-7.5 3-7.5 6s2.5 6 7.5 6c1.5-4 1.5-8 0-12zM15 8l5.5-1M15.5 12H21M15 16l5.5 1",
  lock: "M7.5 11V8a4.5 4.5 0 0 1 9 0v3M5.5 11h13v9.5h-13zM12 14.5V17",
  moon: "M20 14.5A8 8 0 0 1 9.5 4A8 8 0 1 0 20 14.5z",
  pin: "M12 21s-6.5-6-6.5-11a6.5 6.5 0 0 1 13 0c0 5-6.5 11-6.5 11zM12 7.8a2.2 2.2 0 1 0 0 4.4a2.2 2.2 0 0 0 0-4.4z",
  plug: "M9 3v5M15 3v5M6 8h12v3a6 6 0 0 1-12 0zM12 17v4",
  print: "M7 8.5V4h10v4.5M7 17H4v-8.5h16V17h-3M7 14h10v6H7z",
  refresh: "M19.5 12a7.5 7.5 0 1 1-2.2-5.3M19.5 4v4h-4",
  right: "M9.5 6l6 6l-6 6",
  road: "M8 4L4 20M16 4l4 16M12 4v3M12 10.5v3M12 17v3",
  route:
    "M6 16a2 2 0 1 0 0 4a2 2 0 0 0 0-4zM18 4a2 2 0 1 0 0 4a2 2 0 0 0 0-4zM8 18h7.5a3 3 0 0 0 0-6h-7a3 3 0 0 1 0-6H16",
  search: "M10.5 4.5a6 6 0 1 0 0 12a6 6 0 0 0 0-12zM15 15l5 5",
  shield: "M12 3.5l7 2.5v5.5c0 4.5-3 7.5-7 9c-4-1.5-7-4.5-7-9V6z",
  stop: "M7 7h10v10H7z",
  tyre: "M12 3.5a8.5 8.5 0 1 0 0 17a8.5 8.5 0 0 0 0-17zM12 8.5a3.5 3.5 0 1 0 0 7a3.5 3.5 0 0 0 0-7z",
  unlock: "M7.5 11V8a4.5 4.5 0 0 1 8.7-1.5M5.5 11h13v9.5h-13zM12 14.5V17",
  warning: "M12 4L2.8 20h18.4zM12 10v4.5M12 17.3v.1",
  wrench:
    "M19.8 7.3a4.5 4.5 0 0 1-6.2 5.5l-6 6.2a2 2 0 0 1-2.8-2.8l6.2-6a4.5 4.5 0 0 1 5.5-6.2L13.8 6.7l.6 2.9l2.9.6z",
} as const;

export type IconName = keyof typeof PATHS;

/** Return the path of an icon within another drawing. */
export const iconPath = (name: IconName): TemplateResult => svg`<path d=${PATHS[name]} />`;

/** Return an icon; it says nothing to screen readers. */
export function icon(name: IconName): TemplateResult {
  return html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">${iconPath(name)}</svg>`;
}
