// One subscription a car and page, shared by all cards, badges and features that show it.

import type { CarData, Connection, Hass, Unsubscribe } from "./types";

type Message = Partial<CarData>;
type Listener = () => void;

const LINGER = 5_000; // a card that was scrolled away may come back
const RETRY = [2_000, 5_000, 15_000, 60_000];
const MERGED = ["facts", "commands"] as const;

/** Return the car after a message: the first is whole, later ones carry what changed. */
export function merge(car: CarData | undefined, message: Message): CarData {
  if (!car || message.texts) return message as CarData;
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
    private deviceId: string | undefined,
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
    const request = { type: "mybmw/card/subscribe", ...(this.deviceId ? { device_id: this.deviceId } : {}) };
    this.connection
      .subscribeMessage<Message>((message) => mine.ended || this.receive(message), request)
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

const stores = new WeakMap<Connection, Map<string, CarStore>>();

/** Return the store of a car; without a device, of the first car that the user may read. */
export function carStore(hass: Pick<Hass, "connection">, deviceId?: string): CarStore {
  let cars = stores.get(hass.connection);
  if (!cars) stores.set(hass.connection, (cars = new Map()));
  let store = cars.get(deviceId ?? "");
  if (!store) cars.set(deviceId ?? "", (store = new CarStore(hass.connection, deviceId)));
  return store;
}
