// What the integration sends (`mybmw/card/subscribe`), and the little that the card uses of Home Assistant.

export interface Fact {
  value: number | string | boolean | null;
  unit: string | null;
  precision: number | null;
  text: string | null;
  name: string;
  entity_id: string | null;
  at: string | null;
  stale: boolean;
  reason: string | null;
  latitude?: number;
  longitude?: number;
  /** Of a tyre's pressure. */
  state?: "ok" | "low" | null;
  /** Of a departure time. */
  on?: boolean;
}

export interface Command {
  domain: string;
  service: string;
  data: Record<string, unknown>;
  confirm: "none" | "hold" | "dialog";
  entity_id: string | null;
  label: string;
}

export interface Warning {
  text: string;
  entity_id: string | null;
  severity: "warning" | "error";
}

export interface Service {
  text: string;
  status: string | null;
  /** The status in words. */
  due_text: string | null;
  due: string | null;
  distance: number | null;
  unit: string | null;
}

export type Drive = "electric" | "plug_in_hybrid" | "combustion" | "unknown";
export type Body = "saloon" | "estate" | "suv" | "convertible" | "small";
export type StateKind =
  "ok" | "loading" | "unavailable" | "stale" | "secondary_user" | "not_allowed" | "no_data";

export interface CarData {
  device_id: string;
  entry_id: string;
  name: string;
  model: string | null;
  brand: "bmw" | "mini" | "rolls_royce" | "toyota" | null;
  drive: Drive;
  body: Body;
  picture: { entity_id: string; url: string } | null;
  reported_at: string | null;
  asleep: boolean | null;
  state: { kind: StateKind; text: string | null; action: string | null };
  cars: { device_id: string; name: string }[];
  facts: Record<string, Fact | null>;
  warnings: Warning[];
  services: Service[];
  check_control: { text: string; severity: string | null }[];
  commands: Record<string, Command | null>;
  command_state: { name: string; state: "pending" | "executed" | "error"; text: string; at: string } | null;
  reach?: { points: [number, number][]; text: string | null } | null;
  texts: Record<string, string>;
}

export type Unsubscribe = () => Promise<void> | void;

export interface Connection {
  subscribeMessage<T>(
    callback: (message: T) => void,
    message: { type: string; [key: string]: unknown },
  ): Promise<Unsubscribe>;
  sendMessagePromise<T>(message: { type: string; [key: string]: unknown }): Promise<T>;
}

export interface Locale {
  language: string;
  number_format: string;
  time_format: string;
  date_format?: string;
  time_zone?: string;
}

export interface Hass {
  connection: Connection;
  language: string;
  locale: Locale;
  config: { state: string; time_zone: string };
  user?: { is_admin: boolean };
  themes?: { darkMode: boolean };
  entities: Record<
    string,
    { platform?: string; device_id?: string | null; translation_key?: string } | undefined
  >;
  devices: Record<string, { entry_type?: string | null } | undefined>;
  states: Record<string, { state: string; attributes: Record<string, unknown> } | undefined>;
  hassUrl?(path: string): string;
  callService(domain: string, service: string, data?: Record<string, unknown>): Promise<unknown>;
}

export interface CardConfig {
  type: string;
  device_id?: string;
  parts?: string[];
  hide?: string[];
  commands?: boolean;
}
