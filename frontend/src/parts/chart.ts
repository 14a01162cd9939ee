// A curve with an area below it. Times run from left to right in every language.

import { css, html, svg, type TemplateResult } from "lit";

export const chartStyles = css`
  .chart {
    direction: ltr;
    display: grid;
    grid-template-columns: auto minmax(0, 1fr);
    gap: 2px 8px;
    margin-top: 8px;
    color: var(--quiet);
    font-size: 11px;
    font-variant-numeric: tabular-nums;
  }
  .chart svg {
    display: block;
    width: 100%;
    height: 88px;
    overflow: visible;
  }
  .chart .line {
    fill: none;
    stroke: var(--curve, var(--good));
    stroke-width: 2;
    stroke-linejoin: round;
    vector-effect: non-scaling-stroke;
  }
  .chart .area {
    fill: color-mix(in srgb, var(--curve, var(--good)) 18%, transparent);
  }
  .chart .grid {
    stroke: var(--line);
    vector-effect: non-scaling-stroke;
  }
  .chart .high {
    display: flex;
    flex-direction: column;
    justify-content: space-between;
    text-align: end;
  }
  .chart .times {
    grid-column: 2;
    display: flex;
    justify-content: space-between;
  }
`;

export interface Curve {
  points: [number, number][];
  label: string;
  low: string;
  high: string;
  times: string[];
  range: [number, number];
}

/** Return the curve of at least two points, in the order of their first number. */
export function chart({ points, label, low, high, times, range }: Curve): TemplateResult {
  const [first, last] = [points[0]?.[0] ?? 0, points[points.length - 1]?.[0] ?? 1];
  const x = (value: number): number => (300 * (value - first)) / (last - first || 1);
  const y = (value: number): number => 86 - (84 * (value - range[0])) / (range[1] - range[0] || 1);
  const line = points.map(([at, value]) => `${x(at).toFixed(1)} ${y(value).toFixed(1)}`).join("L");
  return html`<div class="chart" role="img" aria-label=${label}>
    <div class="high"><span>${high}</span><span>${low}</span></div>
    <svg viewBox="0 0 300 88" preserveAspectRatio="none" aria-hidden="true">
      ${[2, 44, 86].map((at) => svg`<line class="grid" x1="0" x2="300" y1=${at} y2=${at} />`)}
      <path class="area" d=${`M0 86L${line}L300 86Z`} />
      <path class="line" d=${`M${line}`} />
    </svg>
    <div class="times">${times.map((time) => html`<span>${time}</span>`)}</div>
  </div>`;
}
