import { css } from "lit";

export const historyStyles = css`
  :host {
    display: block;
  }
  nav {
    display: flex;
    align-items: center;
    justify-content: space-between;
    margin-bottom: 8px;
  }
  nav b {
    font-weight: 500;
  }
  nav button {
    display: grid;
    place-content: center;
    width: 44px;
    height: 44px;
    border-radius: 50%;
  }
  nav button:disabled {
    opacity: 0.3;
  }
  nav .icon:dir(rtl) {
    transform: scaleX(-1);
  }
  .tiles {
    margin-bottom: 8px;
  }
  .tiles > .stat {
    flex: 1 1 auto;
    min-width: 60px;
    display: grid;
    align-content: center;
    padding: 8px 12px;
    border-radius: var(--radius);
    background: var(--surface);
    overflow-wrap: anywhere;
  }
  .stat b {
    font-weight: 500;
    font-variant-numeric: tabular-nums;
  }
  .stat .quiet {
    font-size: 12px;
  }
  ol {
    list-style: none;
    margin: 0;
    padding: 0;
    max-height: 420px;
    overflow-y: auto;
    overscroll-behavior: contain;
  }
  ol > li {
    border-bottom: 1px solid var(--line);
  }
  ol > li:last-child {
    border-bottom: 0;
  }
  .row {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    gap: 0 12px;
    padding: 10px 4px;
    overflow-wrap: anywhere;
  }
  .row > .whole {
    grid-column: 1 / -1;
  }
  .row > :nth-child(even) {
    text-align: end;
    font-variant-numeric: tabular-nums;
  }
  .row b {
    font-weight: 500;
  }
  .row .way {
    display: flex;
    flex-wrap: wrap;
    gap: 0 6px;
  }
  summary {
    list-style: none;
    cursor: pointer;
    border-radius: 8px;
  }
  summary::-webkit-details-marker {
    display: none;
  }
  summary:focus-visible {
    outline: 2px solid var(--accent-text);
  }
  details .chart,
  .running .chart {
    padding: 0 4px 12px;
  }
  .action {
    display: flex;
    align-items: center;
    gap: 8px;
    margin-top: 8px;
  }
  .running {
    margin-bottom: 8px;
    padding: 0 8px;
    border-radius: var(--radius);
    background: color-mix(in srgb, var(--good) 12%, transparent);
  }
  .wait {
    height: 160px;
    border-radius: var(--radius);
    background: var(--surface);
  }
`;
