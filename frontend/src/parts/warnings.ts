import { css, html, nothing } from "lit";
import { icon } from "../icons";
import type { Part, View } from "../view";

export const warningStyles = css`
  .warnings {
    display: grid;
    gap: 6px;
    margin: 0;
    padding: 0;
    list-style: none;
  }
  .warning {
    display: flex;
    width: 100%;
    box-sizing: border-box;
    gap: 10px;
    align-items: center;
    min-height: 44px;
    padding: 8px 12px;
    border-radius: var(--radius);
    background: color-mix(in srgb, var(--warning-color, #ffa600) 16%, transparent);
    overflow-wrap: anywhere;
  }
  .warning .icon {
    color: var(--warn-text);
  }
  .warning.error {
    background: color-mix(in srgb, var(--error-color, #db4437) 14%, transparent);
  }
  .warning.error .icon {
    color: var(--bad-text);
  }
`;

const MOST = 5;

/** Return what the car warns of; nothing if there is nothing. */
export function warnings(view: View): Part {
  const all = [...view.car.warnings].sort(
    (a, b) => Number(b.severity === "error") - Number(a.severity === "error"),
  );
  if (!all.length) return nothing;
  return html`<ul class="warnings">
    ${all.slice(0, MOST).map((item) => {
      const content = html`${icon("warning")}<bdi class="clamp">${item.text}</bdi>`;
      const style = `warning ${item.severity}`;
      return html`<li>
        ${
          item.entity_id
            ? html`<button
                class=${`${style} link`}
                aria-haspopup="dialog"
                @click=${() => view.open(item.entity_id)}
              >
                ${content}
              </button>`
            : html`<div class=${style}>${content}</div>`
        }
      </li>`;
    })}
  </ul>`;
}
