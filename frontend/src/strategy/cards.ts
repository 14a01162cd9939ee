// Stock cards, as the strategies use them.

import type { Card } from "./home";

const DETAILS = { action: "more-info" };

export const WIDE = { grid_options: { columns: 12 } };

/** Return a tile of half a row. A tap opens the details, and does not send a command. */
export function tile(entity: string, more: Record<string, unknown> = {}): Card {
  return {
    type: "tile",
    entity,
    name: { type: "entity" },
    tap_action: DETAILS,
    icon_tap_action: DETAILS,
    ...more,
  };
}

export function heading(text: string, icon: string, path?: string): Card {
  const tap = path ? { tap_action: { action: "navigate", navigation_path: path } } : {};
  return { type: "heading", heading: text, icon, ...tap };
}

/** Return the sums of each day as bars. */
export function bars(title: string, entities: string[]): Card {
  const type = { type: "statistics-graph", chart_type: "bar", period: "day", days_to_show: 14 };
  return { ...type, title, stat_types: ["change"], entities, ...WIDE };
}

/** Return the means of some weeks as lines. */
export function lines(title: string, entities: string[]): Card {
  const type = { type: "statistics-graph", chart_type: "line", period: "day", days_to_show: 90 };
  return { ...type, title, stat_types: ["mean"], entities, ...WIDE };
}

export function history(title: string, entities: string[], hours: number): Card {
  return { type: "history-graph", title, entities, hours_to_show: hours, ...WIDE };
}

/** Return the cards, the last tile of an odd number of them as wide as its row. */
export function filled(cards: Card[]): Card[] {
  let halves = 0;
  return cards.map((card, index) => {
    const half = card.type === "tile" && !("grid_options" in card);
    if (!half) return ((halves = 0), card);
    const next = cards[index + 1];
    const last = next?.type !== "tile" || "grid_options" in next;
    return ++halves % 2 && last ? { ...card, ...WIDE } : card;
  });
}
