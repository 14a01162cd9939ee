// A Home Assistant that answers as the integration does, and the card on a page.

import { vi } from "vitest";
import { common as texts } from "../../custom_components/mybmw/translations/en.json";
import { past } from "./garage";
import { MyBmwCard } from "../src/card";
import { define } from "../src/define";
import type { CardConfig, CarData, Hass } from "../src/types";

type Answer = (message: { type: string }) => Promise<unknown>;

export class Home {
  calls: unknown[][] = [];
  asked: { type: string }[] = [];
  subscriptions = 0;
  opened: string[] = [];
  fails: string | undefined;
  answer: Answer = async () => past();
  send: (message: Partial<CarData>) => void = () => undefined;
  hass: Hass;

  constructor(car: CarData | string, more: Partial<Hass> = {}) {
    this.hass = {
      language: "en",
      locale: { language: "en", number_format: "language", time_format: "24", time_zone: "local" },
      config: { state: "RUNNING", time_zone: "Europe/Berlin" },
      user: { is_admin: true },
      entities: {},
      devices: {},
      states: {},
      callService: async (...call: unknown[]) => {
        this.calls.push(call);
        if (this.fails) throw new Error(this.fails);
      },
      connection: {
        subscribeMessage: async (callback) => {
          if (typeof car === "string") throw { code: car };
          this.subscriptions += 1;
          this.send = callback as (message: Partial<CarData>) => void;
          this.send({ ...car, texts });
          return () => void (this.subscriptions -= 1);
        },
        sendMessagePromise: async (message) => {
          this.asked.push(message);
          return (await this.answer(message)) as never;
        },
      },
      ...more,
    };
  }
}

/** Whether cards are in the visible part of the page. */
export const page = { visible: true, observers: new Set<(visible: boolean) => void>() };

class Observer {
  private tell: (visible: boolean) => void;
  constructor(callback: (entries: { isIntersecting: boolean }[]) => void) {
    this.tell = (visible) => callback([{ isIntersecting: visible }]);
  }
  observe(): void {
    page.observers.add(this.tell);
    this.tell(page.visible);
  }
  disconnect(): void {
    page.observers.delete(this.tell);
  }
}

vi.stubGlobal("IntersectionObserver", Observer);

export async function settle(): Promise<void> {
  for (let turn = 0; turn < 8; turn++) await Promise.resolve();
}

/** Put a card on the page and wait until it is drawn. */
export async function show(home: Home, config: Partial<CardConfig> = {}): Promise<MyBmwCard> {
  define("mybmw-card", MyBmwCard);
  const card = document.createElement("mybmw-card") as MyBmwCard;
  card.setConfig({ type: "custom:mybmw-card", device_id: "a", ...config });
  // What Home Assistant sets on cards besides
  Object.assign(card, { layout: "grid", preview: false, editMode: false, isPanel: false, path: [0, 1] });
  card.hass = home.hass;
  card.addEventListener("hass-more-info", (event) =>
    home.opened.push((event as CustomEvent<{ entityId: string }>).detail.entityId),
  );
  document.body.append(card);
  await settle();
  await card.updateComplete;
  return card;
}

/** Return all elements below one, those in shadows too. */
export function every(root: ParentNode, selector: string): HTMLElement[] {
  const found: HTMLElement[] = [];
  for (const item of root.querySelectorAll<HTMLElement>("*")) {
    if (item.matches(selector)) found.push(item);
    if (item.shadowRoot) found.push(...every(item.shadowRoot, selector));
  }
  return found;
}

export function one(card: MyBmwCard, selector: string): HTMLElement {
  const [found] = every(card.shadowRoot as ShadowRoot, selector);
  if (!found) throw new Error(`no ${selector}`);
  return found;
}

/** Return what a person reads in an element, with single spaces. */
export function read(item: Element | null | undefined): string {
  const parts: string[] = [];
  const walk = (node: Node): void => {
    if (node.nodeType === 3) parts.push(node.textContent ?? "");
    if (node instanceof Element && ["STYLE", "LINEARGRADIENT"].includes(node.tagName.toUpperCase())) return;
    if (node instanceof Element && node.shadowRoot) node.shadowRoot.childNodes.forEach(walk);
    node.childNodes.forEach(walk);
  };
  if (item) walk(item);
  return parts.join(" ").replace(/\s+/g, " ").trim();
}
