import{a,b as r,c as t}from"./mybmw-chunk-JOT6AZ72.js";var o={battery:"M3.5 8h15v8h-15zM21 11v2M6.5 11v2M9.5 11v2M12.5 11v2",bolt:"M13 3 5.5 13.5H11L10 21l8-11h-5.5z",calendar:"M4.5 6.5h15v14h-15zM4.5 10.5h15M8.5 4v4M15.5 4v4",car:"M4 16.5v-4L6 7a2 2 0 0 1 1.9-1.5h8.2A2 2 0 0 1 18 7l2 5.5v4zM4 12.5h16M5 16.5V19h2.5v-2.5M16.5 16.5V19H19v-2.5",check:"M5 12.5l4.5 4.5L19 7.5",climate:"M10 13.5v-8a2 2 0 0 1 4 0v8a4 4 0 1 1-4 0zM12 9v7.5",clock:"M12 3.5a8.5 8.5 0 1 0 0 17a8.5 8.5 0 0 0 0-17zM12 7.5V12l3 2",close:"M6.5 6.5l11 11M17.5 6.5l-11 11",down:"M6 9.5l6 6l6-6",fan:"M12 10.2a1.8 1.8 0 1 0 0 3.6a1.8 1.8 0 0 0 0-3.6zM12 10.2C9 8 9.5 3.5 12.5 3.5s3 4 .8 6.9M13.8 12c2.2-3 6.7-2.5 6.7.5s-4 3-6.9.8M12 13.8c3 2.2 2.5 6.7-.5 6.7s-3-4-.8-6.9M10.2 12c-2.2 3-6.7 2.5-6.7-.5s4-3 6.9-.8",fuel:"M5 20V5.5A1.5 1.5 0 0 1 6.5 4h6A1.5 1.5 0 0 1 14 5.5V20M3.5 20h12M5 11h9M14 12.5h1.5A1.5 1.5 0 0 1 17 14v2.5a1.6 1.6 0 0 0 3.2 0V9l-3-3",horn:"M4 9.5v5h3.5l5 4v-13l-5 4zM16 9a4.5 4.5 0 0 1 0 6M18.5 6.5a8 8 0 0 1 0 11",info:"M12 3.5a8.5 8.5 0 1 0 0 17a8.5 8.5 0 0 0 0-17zM12 11v5.5M12 7.8v.1",left:"M14.5 6l-6 6l6 6",lights:"M11 6c-5 0-7.5 3-7.5 6s2.5 6 7.5 6c1.5-4 1.5-8 0-12zM15 8l5.5-1M15.5 12H21M15 16l5.5 1",lock:"M7.5 11V8a4.5 4.5 0 0 1 9 0v3M5.5 11h13v9.5h-13zM12 14.5V17",moon:"M20 14.5A8 8 0 0 1 9.5 4A8 8 0 1 0 20 14.5z",pin:"M12 21s-6.5-6-6.5-11a6.5 6.5 0 0 1 13 0c0 5-6.5 11-6.5 11zM12 7.8a2.2 2.2 0 1 0 0 4.4a2.2 2.2 0 0 0 0-4.4z",plug:"M9 3v5M15 3v5M6 8h12v3a6 6 0 0 1-12 0zM12 17v4",print:"M7 8.5V4h10v4.5M7 17H4v-8.5h16V17h-3M7 14h10v6H7z",refresh:"M19.5 12a7.5 7.5 0 1 1-2.2-5.3M19.5 4v4h-4",right:"M9.5 6l6 6l-6 6",road:"M8 4L4 20M16 4l4 16M12 4v3M12 10.5v3M12 17v3",route:"M6 16a2 2 0 1 0 0 4a2 2 0 0 0 0-4zM18 4a2 2 0 1 0 0 4a2 2 0 0 0 0-4zM8 18h7.5a3 3 0 0 0 0-6h-7a3 3 0 0 1 0-6H16",search:"M10.5 4.5a6 6 0 1 0 0 12a6 6 0 0 0 0-12zM15 15l5 5",shield:"M12 3.5l7 2.5v5.5c0 4.5-3 7.5-7 9c-4-1.5-7-4.5-7-9V6z",stop:"M7 7h10v10H7z",tyre:"M12 3.5a8.5 8.5 0 1 0 0 17a8.5 8.5 0 0 0 0-17zM12 8.5a3.5 3.5 0 1 0 0 7a3.5 3.5 0 0 0 0-7z",unlock:"M7.5 11V8a4.5 4.5 0 0 1 8.7-1.5M5.5 11h13v9.5h-13zM12 14.5V17",warning:"M12 4L2.8 20h18.4zM12 10v4.5M12 17.3v.1",wrench:"M19.8 7.3a4.5 4.5 0 0 1-6.2 5.5l-6 6.2a2 2 0 0 1-2.8-2.8l6.2-6a4.5 4.5 0 0 1 5.5-6.2L13.8 6.7l.6 2.9l2.9.6z"},n=e=>t`<path d=${o[e]} />`;function l(e){return r`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">${n(e)}</svg>`}var p=a`
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
`;function v(e){return`--columns:${e<=5?e:Math.ceil(e/Math.ceil(e/4))}`}export{n as a,l as b,p as c,v as d};
