// One subscription a car and page, shared by all cards, badges and features that show it.

import type { CarData, Connection, Hass, Unsubscribe } from "./types";

type Message = Partial<CarData>;
type Listener = () => void;

const LINGER = 5_000; // a card that was scrolled away may come back
const RETRY = [2_000, 5_000, 15_000, 60_000];
const MERGED = ["facts", "commands"] as const;

/** What is not sent while the account of a car is not loaded. */
const EMPTY: Partial<CarData> = {
  model: null,
  brand: null,
  drive: "unknown",
  body: "saloon",
  picture: null,
  reported_at: null,
  asleep: null,
  warnings: [],
  services: [],
  check_control: [],
  command_state: null,
};

/** Return the car after a message: the first is whole, later ones carry what changed. */
export function merge(car: CarData | undefined, message: Message): CarData {
  if (!car || message.texts) return { ...EMPTY, ...message } as CarData;
  const next = { ...car, ...message };
  for (const key of MERGED)
    if (message[key]) Object.assign(next, { [key]: { ...car[key], ...message[key] } });
  return next;
}

export class CarStore {
  data: CarData | undefined;
  /** The code of the error that the server answers with. */
  error: string | undefined;
  private listeners = new Set<Listener>();
  private subscription: { end?: Unsubscribe; ended: boolean } | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;

  constructor(
    private connection: Connection,
    private request: { type: string; language: string; device_id?: string },
  ) {}

  /** Call the listener after each change, until the function is called that this returns. */
  listen(listener: Listener): () => void {
    if (!this.listeners.size) document.addEventListener("visibilitychange", this.watch);
    this.listeners.add(listener);
    this.watch();
    return () => {
      if (!this.listeners.delete(listener) || this.listeners.size) return;
      document.removeEventListener("visibilitychange", this.watch);
      this.later(LINGER, this.end);
    };
  }

  private watch = (): void => {
    if (document.hidden) this.end();
    else if (this.listeners.size) this.begin();
  };

  private later(wait: number, action: () => void): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(action, wait);
  }

  private begin(): void {
    clearTimeout(this.timer);
    if (this.subscription) return;
    const mine: { end?: Unsubscribe; ended: boolean } = { ended: false };
    this.subscription = mine;
    this.connection
      .subscribeMessage<Message>((message) => mine.ended || this.receive(message), this.request)
      .then((end) => {
        mine.end = end;
        if (mine.ended) this.close(end);
      })
      .catch((error: { code?: unknown }) => mine.ended || this.fail(String(error?.code ?? "failed")));
  }

  private end = (): void => {
    clearTimeout(this.timer);
    const mine = this.subscription;
    this.subscription = undefined;
    if (!mine) return;
    mine.ended = true;
    if (mine.end) this.close(mine.end);
  };

  /** End a subscription; the connection may be gone already. */
  private close(end: Unsubscribe): void {
    Promise.resolve(end()).catch(() => undefined);
  }

  private receive(message: Message): void {
    if (message.texts) texts = message.texts;
    this.failures = 0;
    this.error = undefined;
    this.data = merge(this.data, message);
    this.tell();
  }

  private fail(code: string): void {
    this.subscription = undefined;
    this.error = code;
    this.data = undefined;
    const wait = RETRY[Math.min(this.failures++, RETRY.length - 1)] ?? 0;
    this.later(wait, this.watch);
    this.tell();
  }

  private tell(): void {
    for (const listener of [...this.listeners]) listener();
  }
}

let texts: Record<string, string> = {};

/** Return the texts that were sent last, for what is drawn without a car. */
export function knownTexts(): Record<string, string> {
  return texts;
}

const stores = new WeakMap<Connection, Map<string, CarStore>>();

/** Return the store of a car in the user's language; without a device, of the first car that he may read. */
export function carStore(
  { connection, language }: Pick<Hass, "connection" | "language">,
  deviceId?: string,
): CarStore {
  const cars = stores.get(connection) ?? new Map<string, CarStore>();
  stores.set(connection, cars);
  const key = `${language} ${deviceId ?? ""}`;
  const request = { type: "mybmw/card/subscribe", language, ...(deviceId ? { device_id: deviceId } : {}) };
  const store = cars.get(key) ?? new CarStore(connection, request);
  cars.set(key, store);
  return store;
}
