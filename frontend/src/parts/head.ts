import { css, html, nothing } from "lit";
import { openDevice } from "../actions";
import { icon } from "../icons";
import type { CarData, Hass } from "../types";
import type { Part, View } from "../view";

export const headStyles = css`
  .head {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    gap: 4px 12px;
    align-items: start;
  }
  .name {
    font-size: 22px;
    line-height: 1.2;
    font-weight: 500;
    letter-spacing: -0.01em;
    overflow-wrap: anywhere;
    display: -webkit-box;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 2;
    overflow: hidden;
  }
  .title {
    min-width: 0;
    border-radius: 8px;
    margin: -4px -6px;
    padding: 4px 6px;
  }
  .reported {
    color: var(--quiet);
    margin-top: 2px;
  }
  .reported .icon {
    width: 14px;
    height: 14px;
    vertical-align: -2px;
    margin-inline-end: 4px;
  }
  .lock {
    display: flex;
    align-items: center;
    gap: 6px;
    min-height: 36px;
    padding: 0 12px 0 10px;
    border-radius: 999px;
    background: var(--surface);
    font-weight: 500;
    max-width: 46cqi;
    overflow-wrap: anywhere;
  }
  .lock.unlocked {
    color: var(--warn-text);
    background: color-mix(in srgb, var(--warning-color, #ffa600) 16%, transparent);
  }
  .lock .icon {
    width: 18px;
    height: 18px;
  }
  .picture {
    grid-column: 1 / -1;
    display: block;
    width: 100%;
    border-radius: var(--radius);
  }
  .picture img {
    display: block;
    width: 100%;
    height: clamp(110px, 40cqi, 210px);
    object-fit: contain;
  }
  .cars {
    grid-column: 1 / -1;
    font: inherit;
    color: inherit;
    background: var(--surface);
    border: 0;
    border-radius: 8px;
    padding: 8px;
    max-width: 100%;
  }
  .cars option {
    color: var(--text);
    background: var(--card-background-color, #fff);
  }
`;

/** Return the address of a picture if it is one of this Home Assistant. */
export function pictureUrl(hass: Hass, url: string): string | undefined {
  if (!url.startsWith("/") || url.startsWith("//") || url.startsWith("/\\")) return undefined;
  return hass.hassUrl ? hass.hassUrl(url) : url;
}

/** Return when the newest value was measured. */
function newest(view: View): string | undefined {
  const times = Object.values(view.car.facts).map((fact) => fact?.at ?? "");
  return times.sort().pop() || undefined;
}

function reported(view: View): string {
  const { asleep } = view.car;
  const at = view.car.reported_at ?? newest(view);
  const ago = at ? view.text("reported", { ago: view.format.ago(at) }) : view.text("never_reported");
  if (view.flag("moving")) return `${ago} · ${view.text("moving")}`;
  return asleep ? `${ago} · ${view.text("asleep")}` : ago;
}

function lock(view: View): Part {
  const fact = view.fact("locked");
  if (!fact || fact.value === null) return nothing;
  const locked = fact.value === true;
  const text = fact.text ?? view.text(locked ? "locked" : "unlocked");
  const content = html`${icon(locked ? "lock" : "unlock")}<bdi class="clamp">${text}</bdi>`;
  return view.link(fact, `lock ${locked ? "" : "unlocked"}`, content);
}

function picture(view: View): Part {
  const { picture, name } = view.car;
  const url = picture && pictureUrl(view.hass, picture.url);
  if (!picture || !url) return nothing;
  const text = view.text("picture_of", { name });
  return html`<button
    class="picture"
    aria-haspopup="dialog"
    aria-label=${text}
    @click=${() => view.open(picture.entity_id)}
  >
    <img src=${url} alt="" decoding="async" @error=${hide} />
  </button>`;
}

function hide(event: Event): void {
  (event.target as HTMLElement).parentElement?.setAttribute("hidden", "");
}

function choice(car: CarData, view: View, choose: ((deviceId: string) => void) | undefined): Part {
  if (!choose || car.cars.length < 2) return nothing;
  return html`<select
    class="cars"
    aria-label=${view.text("choose_car")}
    @change=${(event: Event) => choose((event.target as HTMLSelectElement).value)}
  >
    ${car.cars.map(
      (item) =>
        html`<option value=${item.device_id} ?selected=${item.device_id === car.device_id}>
          ${item.name}
        </option>`,
    )}
  </select>`;
}

/** Return name, age, lock and picture; `choose` shows another car where the card is not bound to one. */
export function head(view: View, choose?: (deviceId: string) => void): Part {
  const { car } = view;
  const title = html`<div class="name" role="heading" aria-level="2"><bdi>${car.name}</bdi></div>`;
  const age = html`<div class="reported">
    ${car.asleep ? icon("moon") : nothing}<bdi>${reported(view)}</bdi>
  </div>`;
  return html`<div class="head">
    ${
      view.hass.user?.is_admin
        ? html`<div
            class="title link"
            role="link"
            tabindex="0"
            title=${view.text("open_device", { name: car.name })}
            @click=${() => openDevice(car.device_id)}
            @keydown=${(event: KeyboardEvent) => event.key === "Enter" && openDevice(car.device_id)}
          >
            ${title}${age}
          </div>`
        : html`<div class="title">${title}${age}</div>`
    }
    ${lock(view)} ${choice(car, view, choose)} ${picture(view)}
  </div>`;
}
