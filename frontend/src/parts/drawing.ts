// A car from above, its front at the top, in five shapes; what is open or low is marked.

import { css, nothing, svg, type TemplateResult } from "lit";
import { iconPath } from "../icons";
import type { Body } from "../types";
import type { Part } from "../view";

export const drawingStyles = css`
  .drawing {
    display: block;
    width: 100%;
    height: auto;
    overflow: visible;
  }
  .drawing * {
    vector-effect: non-scaling-stroke;
  }
  .body {
    fill: color-mix(in srgb, var(--text) 9%, var(--card-background-color, #fff));
    stroke: color-mix(in srgb, var(--text) 55%, transparent);
    stroke-width: 1.5;
  }
  .seam {
    fill: none;
    stroke: color-mix(in srgb, var(--text) 24%, transparent);
    stroke-width: 1;
  }
  .glass {
    fill: color-mix(in srgb, var(--text) 34%, var(--card-background-color, #fff));
  }
  .roof {
    fill: color-mix(in srgb, var(--text) 5%, var(--card-background-color, #fff));
    stroke: color-mix(in srgb, var(--text) 24%, transparent);
  }
  .soft {
    fill: color-mix(in srgb, var(--text) 60%, var(--card-background-color, #fff));
  }
  .seat {
    fill: color-mix(in srgb, var(--text) 26%, var(--card-background-color, #fff));
    stroke: color-mix(in srgb, var(--text) 40%, transparent);
  }
  .wheel {
    fill: color-mix(in srgb, var(--text) 70%, var(--card-background-color, #fff));
  }
  .wheel.low,
  .door {
    fill: var(--warning-color, #ffa600);
    stroke: color-mix(in srgb, var(--warning-color, #ffa600) 60%, var(--text));
  }
  .ajar {
    fill: color-mix(in srgb, var(--warning-color, #ffa600) 55%, transparent);
    stroke: color-mix(in srgb, var(--warning-color, #ffa600) 60%, var(--text));
    stroke-width: 1.5;
  }
  .pane.ajar {
    stroke-dasharray: 4 3;
  }
  .lamp {
    fill: color-mix(in srgb, var(--text) 20%, transparent);
  }
  .tail {
    fill: color-mix(in srgb, #c62828 60%, transparent);
  }
  .lamp.lit {
    fill: #ffd54f;
  }
  .beam {
    fill: url(#beam);
  }
  .symbol {
    fill: none;
    stroke: var(--text);
    stroke-width: 1.75;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
  .symbol.open {
    stroke: color-mix(in srgb, var(--warning-color, #ffa600) 42%, var(--text));
  }
`;

/** Where a shape begins and ends, half its width, and where its glass is, from the front. */
interface Shape {
  front: number;
  rear: number;
  half: number;
  screen: readonly [number, number];
  window: readonly [number, number];
  corner: number;
}

const SHAPES: Record<Body, Shape> = {
  saloon: { front: 22, rear: 398, half: 78, screen: [142, 182], window: [280, 322], corner: 0.62 },
  estate: { front: 22, rear: 398, half: 78, screen: [142, 182], window: [346, 378], corner: 0.7 },
  suv: { front: 26, rear: 396, half: 84, screen: [132, 168], window: [344, 374], corner: 0.78 },
  convertible: { front: 26, rear: 394, half: 78, screen: [152, 186], window: [268, 308], corner: 0.56 },
  small: { front: 52, rear: 376, half: 78, screen: [142, 174], window: [318, 348], corner: 0.76 },
};

const MIDDLE = 110;
export const CORNERS = ["front_left", "front_right", "rear_left", "rear_right"] as const;
export type Corner = (typeof CORNERS)[number];

export interface Openings {
  doors: Partial<Record<Corner, boolean>>;
  windows: Partial<Record<Corner, boolean>>;
  lowTyres: Partial<Record<Corner, boolean>>;
  hood: boolean;
  trunk: boolean;
  sunroof: boolean | undefined;
  topOpen: boolean;
  lights: boolean;
  locked: boolean | undefined;
}

function outline({ front, rear, half, corner }: Shape): string {
  const x = (part: number): number => MIDDLE + half * part;
  const right = `C${x(corner)} ${front} ${x(0.95)} ${front + 10} ${x(0.97)} ${front + 64}
    C${x(1)} ${front + 120} ${x(1)} ${rear - 120} ${x(0.97)} ${rear - 52} C${x(0.95)} ${rear - 8} ${x(corner)} ${rear} ${MIDDLE} ${rear}`;
  const left = `C${x(-corner)} ${rear} ${x(-0.95)} ${rear - 8} ${x(-0.97)} ${rear - 52}
    C${x(-1)} ${rear - 120} ${x(-1)} ${front + 120} ${x(-0.97)} ${front + 64} C${x(-0.95)} ${front + 10} ${x(-corner)} ${front} ${MIDDLE} ${front}`;
  return `M${MIDDLE} ${front}${right}${left}Z`;
}

/** Return an area across the car between two lines that bend by some units, as glass and lids do. */
function across(top: number, topHalf: number, bottom: number, bottomHalf: number, bend: number): string {
  return `M${MIDDLE - topHalf} ${top + bend}Q${MIDDLE} ${top - bend} ${MIDDLE + topHalf} ${top + bend}
    L${MIDDLE + bottomHalf} ${bottom + bend}Q${MIDDLE} ${bottom - bend} ${MIDDLE - bottomHalf} ${bottom + bend}Z`;
}

function hood({ front, half, screen }: Shape, open: boolean): TemplateResult {
  const area = across(front + 16, half * 0.62, screen[0] - 10, half * 0.8, 6);
  return svg`<path class=${open ? "ajar" : "seam"} d=${area} />`;
}

function trunk({ rear, half, window }: Shape, open: boolean): TemplateResult {
  const [top, bottom] = [window[1] + 4, rear - 8];
  const area = `M${MIDDLE - half * 0.76} ${top}Q${MIDDLE} ${top + 12} ${MIDDLE + half * 0.76} ${top}
    L${MIDDLE + half * 0.66} ${bottom - 4}Q${MIDDLE} ${bottom + 4} ${MIDDLE - half * 0.66} ${bottom - 4}Z`;
  return svg`<path class=${open ? "ajar" : "seam"} d=${area} />`;
}

function glass({ half, screen, window }: Shape, topOpen: boolean): TemplateResult {
  const back = `M${MIDDLE - half * 0.66} ${window[0]}Q${MIDDLE} ${window[0] + 8} ${MIDDLE + half * 0.66} ${window[0]}
    L${MIDDLE + half * 0.74} ${window[1] - 4}Q${MIDDLE} ${window[1] + 8} ${MIDDLE - half * 0.74} ${window[1] - 4}Z`;
  return svg`<path class="glass" d=${across(screen[0], half * 0.84, screen[1], half * 0.68, 8)} />
    ${topOpen ? nothing : svg`<path class="glass" d=${back} />`}`;
}

function seats({ half, screen, window }: Shape): TemplateResult {
  const seat = (x: number, y: number): TemplateResult =>
    svg`<rect class="seat" x=${MIDDLE + x} y=${y} width=${half * 0.5} height="34" rx="9" />`;
  const rows = [screen[1] + 18, window[0] - 10];
  return svg`${rows.map((y) => [seat(-half * 0.58, y), seat(half * 0.08, y)])}`;
}

function roof(shape: Shape, body: Body, seen: Openings): TemplateResult {
  const { half, screen, window } = shape;
  if (seen.topOpen) return seats(shape);
  const area = `M${MIDDLE - half * 0.66} ${screen[1] + 9}Q${MIDDLE} ${screen[1] - 7} ${MIDDLE + half * 0.66} ${screen[1] + 9}
    L${MIDDLE + half * 0.64} ${window[0] - 3}Q${MIDDLE} ${window[0] + 5} ${MIDDLE - half * 0.64} ${window[0] - 3}Z`;
  return svg`<path class=${body === "convertible" ? "soft" : "roof"} d=${area} />${sunroof(shape, seen.sunroof)}`;
}

function sunroof({ half, screen }: Shape, open: boolean | undefined): Part {
  if (open === undefined) return nothing;
  return svg`<rect class=${open ? "ajar" : "glass"} x=${MIDDLE - half * 0.44} y=${screen[1] + 16} width=${half * 0.88}
    height="36" rx="7" />`;
}

/** Return where the doors of a row begin and how long they are. */
function row({ screen, window }: Shape, corner: Corner, four: boolean): [number, number] {
  const [top, bottom] = [screen[0] + 14, Math.min(window[0] + 14, 310)];
  const middle = four ? top + (bottom - top) * 0.53 : bottom - 20;
  return corner.startsWith("front") ? [top, middle - top] : [middle, bottom - middle];
}

function side(shape: Shape, corner: Corner, four: boolean, seen: Openings): TemplateResult {
  const [top, length] = row(shape, corner, four);
  const sign = corner.endsWith("left") ? -1 : 1;
  const edge = MIDDLE + sign * shape.half * 0.99;
  const [outer, inner] = [MIDDLE + sign * shape.half * 0.88, MIDDLE + sign * shape.half * 0.73];
  const pane = `M${outer} ${top + 8}L${outer} ${top + length - 5}L${inner} ${top + length - 8}L${inner} ${top + 16}Z`;
  const door = svg`<rect class="door" x=${sign < 0 ? edge - 7 : edge} y=${top} width="7" height=${length} rx="3.5"
    transform=${`rotate(${sign * -52} ${edge} ${top})`} />`;
  return svg`<path class=${seen.windows[corner] ? "pane ajar" : "glass"} d=${pane} />
    <line class="seam" x1=${edge} x2=${inner} y1=${top + length} y2=${top + length - 2} />
    ${seen.doors[corner] ? door : nothing}`;
}

function wheel({ front, rear, half }: Shape, corner: Corner, low: boolean): TemplateResult {
  const x = corner.endsWith("left") ? MIDDLE - half - 5 : MIDDLE + half - 9;
  const y = corner.startsWith("front") ? front + 46 : rear - 104;
  return svg`<rect class=${`wheel ${low ? "low" : ""}`} x=${x} y=${y} width="14" height="54" rx="5" />`;
}

function lamps({ front, half }: Shape, lit: boolean): TemplateResult {
  const lamp = (sign: number): TemplateResult => {
    const x = MIDDLE + sign * half * 0.66;
    const beam = `M${x - 8} ${front + 8}L${x - 22} ${front - 34}L${x + 22} ${front - 34}L${x + 8} ${front + 8}Z`;
    return svg`${lit ? svg`<path class="beam" d=${beam} />` : nothing}
      <ellipse class=${`lamp ${lit ? "lit" : ""}`} cx=${x} cy=${front + 16} rx="13" ry="6"
        transform=${`rotate(${sign * 28} ${x} ${front + 16})`} />`;
  };
  return svg`${lamp(-1)}${lamp(1)}`;
}

function tailLamps({ rear, half }: Shape): TemplateResult {
  const lamp = (sign: number): TemplateResult => {
    const x = MIDDLE + sign * half * 0.7;
    return svg`<ellipse class="tail" cx=${x} cy=${rear - 11} rx="14" ry="4.5" transform=${`rotate(${sign * -22} ${x} ${rear - 11})`} />`;
  };
  return svg`${lamp(-1)}${lamp(1)}`;
}

function mirrors({ half, screen }: Shape): TemplateResult {
  const mirror = (sign: number): TemplateResult =>
    svg`<ellipse class="body" cx=${MIDDLE + sign * (half + 7)} cy=${screen[0] + 14} rx="10" ry="5"
      transform=${`rotate(${sign * 16} ${MIDDLE + sign * (half + 7)} ${screen[0] + 14})`} />`;
  return svg`${mirror(-1)}${mirror(1)}`;
}

function symbol({ screen, window }: Shape, { locked, sunroof }: Openings): Part {
  if (locked === undefined) return nothing;
  const y = (screen[1] + (sunroof === undefined ? 4 : 56) + window[0]) / 2 - 6;
  return svg`<g class=${`symbol ${locked ? "" : "open"}`} transform=${`translate(${MIDDLE - 16} ${y - 12}) scale(1.35)`}>
    ${iconPath(locked ? "lock" : "unlock")}</g>`;
}

export function drawing(body: Body, seen: Openings): TemplateResult {
  const shape = SHAPES[body] ?? SHAPES.saloon;
  const four = seen.doors.rear_left !== undefined || seen.doors.rear_right !== undefined;
  return svg`
    <linearGradient id="beam" x1="0" y1="1" x2="0" y2="0">
      <stop offset="0" stop-color="#ffd54f" stop-opacity="0.75" /><stop offset="1" stop-color="#ffd54f" stop-opacity="0" />
    </linearGradient>
    ${CORNERS.map((corner) => wheel(shape, corner, seen.lowTyres[corner] ?? false))}
    ${mirrors(shape)}
    <path class="body" d=${outline(shape)} />
    ${hood(shape, seen.hood)} ${trunk(shape, seen.trunk)} ${glass(shape, seen.topOpen)} ${roof(shape, body, seen)}
    ${CORNERS.filter((corner) => four || corner.startsWith("front")).map((corner) => side(shape, corner, four, seen))}
    ${lamps(shape, seen.lights)} ${tailLamps(shape)} ${seen.topOpen ? nothing : symbol(shape, seen)}`;
}
