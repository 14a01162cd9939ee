// A page with cards and no Home Assistant: it plays what was recorded of simulated cars (day.json).

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;
const MONTH = 12;

class HaCard extends HTMLElement {
  connectedCallback() {
    if (this.shadowRoot) return;
    const style = document.createElement("style");
    style.textContent = `:host {
      display: block; overflow: hidden; border: 1px solid var(--divider-color); border-radius: 12px;
      background: var(--card-background-color); }`;
    this.attachShadow({ mode: "open" }).append(style, document.createElement("slot"));
  }
}
customElements.define("ha-card", HaCard);

const day = await (await fetch("day.json")).json();
const begun = Date.now();

/** Return a value with its times as if it had been recorded now. */
function today(value) {
  if (typeof value === "string" && TIME.test(value)) {
    const time = Date.parse(value) - Date.parse(day.recorded) + begun;
    return Number.isNaN(time) ? value : new Date(time).toISOString();
  }
  if (Array.isArray(value)) return value.map(today);
  if (!value || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, today(item)]));
}

/** Return the recorded month that is as long ago as another one is now. */
function recorded(month) {
  const count = (text) => Number(text.slice(0, 4)) * MONTH + Number(text.slice(5, 7)) - 1;
  const wanted = count(day.recorded) + count(month) - count(new Date(begun).toISOString());
  return `${Math.floor(wanted / MONTH)}-${String((wanted % MONTH) + 1).padStart(2, "0")}`;
}

/** Sends the recording of a car, and what becomes of commands. */
class Playback {
  constructor(car) {
    this.car = car;
    this.listeners = new Set();
    for (const [after, change] of car.events) setTimeout(() => this.send(change), after);
  }

  send(change) {
    const { facts, commands } = this.car.first;
    Object.assign(this.car.first, change, {
      facts: { ...facts, ...change.facts },
      commands: { ...commands, ...change.commands },
    });
    for (const listener of this.listeners) listener(today(change));
  }

  subscribe(listener) {
    this.listeners.add(listener);
    listener({ ...today(this.car.first), texts: day.texts });
    return () => void this.listeners.delete(listener);
  }

  command(domain, service) {
    const [name, command] =
      Object.entries(this.car.first.commands).find(
        ([, item]) => item?.domain === domain && item.service === service,
      ) ?? [];
    if (!command) return;
    const outcome = (state) => {
      const at = new Date(Date.parse(day.recorded) + Date.now() - begun).toISOString();
      const text = state === "pending" ? day.texts.sending : "carried out";
      this.send({ command_state: { name, state, text, at } });
    };
    outcome("pending");
    setTimeout(() => {
      outcome("executed");
      const { locked } = this.car.first.facts;
      if (!locked || (name !== "lock" && name !== "unlock")) return;
      const value = name === "lock";
      this.send({ facts: { locked: { ...locked, value, text: day.texts[value ? "locked" : "unlocked"] } } });
    }, 2_000);
  }
}

const cars = new Map(day.cars.map((car) => [car.first.device_id, new Playback(car)]));
const [first] = cars.values();

const hass = {
  connection: {
    async subscribeMessage(listener, { device_id }) {
      return (cars.get(device_id) ?? first).subscribe(listener);
    },
    async sendMessagePromise({ type, device_id, month }) {
      const { car } = cars.get(device_id) ?? first;
      if (type === "mybmw/card/history") {
        const found = car.history[recorded(month)];
        return found
          ? { ...today(found), month }
          : { ...today(Object.values(car.history)[0]), month, trips: [], charges: [] };
      }
      throw { code: "unknown_command" };
    },
  },
  language: "en",
  locale: { language: "en", number_format: "language", time_format: "language" },
  config: { state: "RUNNING", time_zone: "UTC" },
  user: { is_admin: false },
  entities: {},
  devices: {},
  states: {},
  hassUrl: (path) => `.${path}`,
  async callService(domain, service, data) {
    for (const car of cars.values())
      if (Object.values(car.car.first.commands).some((item) => item?.data.entity_id === data?.entity_id))
        car.command(domain, service);
  },
};

const dark = matchMedia("(prefers-color-scheme: dark)");
document.documentElement.classList.toggle("dark", dark.matches);
document.getElementById("theme").addEventListener("click", () => {
  document.documentElement.classList.toggle("dark");
});

await import("./card/mybmw-card.js");
for (const device_id of cars.keys()) {
  const card = document.createElement("mybmw-card");
  card.setConfig({ type: "custom:mybmw-card", device_id, hide: ["place"] });
  card.hass = hass;
  document.querySelector("main").append(card);
}
