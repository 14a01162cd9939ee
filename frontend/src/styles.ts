import { css } from "lit";

/** Tokens of Home Assistant's themes under our own names, and what all parts share. */
export const base = css`
  :host {
    --text: var(--primary-text-color, #141414);
    --quiet: var(--secondary-text-color, #5e5e5e);
    --line: var(--divider-color, rgba(0, 0, 0, 0.12));
    --accent: var(--primary-color, #03a9f4);
    --good: var(--state-sensor-battery-high-color, var(--success-color, #43a047));
    --medium: var(--state-sensor-battery-medium-color, var(--warning-color, #ffa600));
    --bad: var(--state-sensor-battery-low-color, var(--error-color, #db4437));
    --bad-text: color-mix(in srgb, var(--error-color, #db4437) 70%, var(--text));
    --warn-text: color-mix(in srgb, var(--warning-color, #ffa600) 42%, var(--text));
    --accent-text: color-mix(in srgb, var(--accent) 55%, var(--text));
    --surface: color-mix(in srgb, var(--text) 5%, transparent);
    --radius: 12px;
    color: var(--text);
    font-size: 14px;
    line-height: 1.35;
  }
  [hidden] {
    display: none !important;
  }
  .icon {
    width: 20px;
    height: 20px;
    flex: none;
    fill: none;
    stroke: currentColor;
    stroke-width: 1.75;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
  button {
    font: inherit;
    color: inherit;
    background: none;
    border: 0;
    padding: 0;
    margin: 0;
    text-align: start;
    -webkit-tap-highlight-color: transparent;
  }
  button:not(:disabled) {
    cursor: pointer;
  }
  button:focus-visible,
  select:focus-visible {
    outline: 2px solid var(--accent-text);
    outline-offset: 2px;
  }
  @media (hover: hover) {
    .link:hover {
      background: color-mix(in srgb, var(--text) 8%, transparent);
    }
  }
  .spoken {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  .quiet {
    color: var(--quiet);
  }
  .tiles {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
  }
  .tiles > * {
    flex: 1 1 136px;
  }
  /* At most so many columns; a word that is wider than one takes more, and the row wraps instead of the word */
  .even {
    display: flex;
    flex-wrap: wrap;
    gap: var(--gap);
  }
  .even > * {
    flex: 1 1 calc((100% - var(--gap) * var(--columns)) / (var(--columns) + 1) + 1px);
    grid-template-columns: minmax(min-content, 1fr);
    min-width: min-content;
    box-sizing: border-box;
  }
  .tile {
    display: grid;
    grid-template-columns: auto 1fr;
    column-gap: 8px;
    align-items: center;
    align-content: center;
    min-width: 0;
    min-height: 44px;
    padding: 8px 10px;
    box-sizing: border-box;
    border-radius: var(--radius);
    background: var(--surface);
    overflow-wrap: anywhere;
  }
  .tile .icon {
    grid-row: span 2;
    color: var(--quiet);
  }
  .tile .value {
    font-weight: 500;
  }
  .tile .label {
    hyphens: auto;
    color: var(--quiet);
    font-size: 12px;
  }
  .tile .value:only-of-type {
    grid-row: span 2;
  }
  /* Whatever is sent: no text takes more than some lines */
  .clamp,
  .value,
  .label {
    display: -webkit-box;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 3;
    overflow: hidden;
    overflow-wrap: anywhere;
    min-width: 0;
  }
  .even .clamp {
    overflow-wrap: break-word;
  }
  .stale .value {
    color: var(--quiet);
  }
  .age {
    white-space: nowrap;
  }
  .age::before {
    content: "· ";
  }
  .empty {
    display: flex;
    flex-wrap: wrap;
    gap: 10px;
    align-items: center;
    color: var(--quiet);
    padding: 8px 4px;
    margin: 0;
  }
  .empty > .clamp {
    flex: 1 1 180px;
  }
  .action {
    border-radius: 999px;
    padding: 8px 16px;
    min-height: 40px;
    background: var(--surface);
    font-weight: 500;
  }
  @media (prefers-reduced-motion: reduce) {
    *,
    *::before,
    *::after {
      animation: none !important;
      transition: none !important;
    }
  }
`;

/** Return how many of so many equal things stand in a row, as a style. */
export function columns(count: number): string {
  return `--columns:${count <= 5 ? count : Math.ceil(count / Math.ceil(count / 4))}`;
}
