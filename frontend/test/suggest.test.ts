// @vitest-environment happy-dom
import { expect, it } from "vitest";
import { MyBmwCard } from "../src/card";
import { suggestion } from "../src/suggest";
import { electric } from "./garage";
import { Home, show } from "./home";

const hass = new Home(electric(), {
  entities: {
    "sensor.range": { platform: "mybmw", device_id: "a" },
    "device_tracker.car": { platform: "mybmw", device_id: "a" },
    "sensor.quota": { platform: "mybmw", device_id: "account" },
    "light.kitchen": { platform: "hue", device_id: "b" },
  },
  devices: { a: {}, b: {}, account: { entry_type: "service" } },
}).hass;

it("offers the card for entities of a car of ours only", () => {
  const config = { type: "custom:mybmw-card", device_id: "a" };
  expect(suggestion(hass, "sensor.range")).toEqual([{ label: "Car", config }]);
  expect(suggestion(hass, "sensor.quota")).toBeNull();
  expect(suggestion(hass, "light.kitchen")).toBeNull();
  expect(suggestion(hass, "sensor.unknown")).toBeNull();
});

it("offers the part that fits an entity, once its name is known", async () => {
  await show(new Home(electric()));
  expect(suggestion(hass, "device_tracker.car")).toContainEqual({
    label: "Location",
    config: { type: "custom:mybmw-card", device_id: "a", parts: ["place"] },
  });
});

it("has a form in the user's language as its editor", async () => {
  await show(new Home(electric()));
  const form = (await MyBmwCard.getConfigForm()) as {
    schema: { name: string; selector: { select?: { options: { label: string }[] } } }[];
    computeLabel(field: { name: string }): string;
  };
  expect(form.schema.map((field) => form.computeLabel(field))).toEqual([
    "Car",
    "Hide",
    "Only these, in this order",
  ]);
  expect(form.schema[1]?.selector.select?.options.map((option) => option.label)).toContain("Charge and fuel");
  expect(MyBmwCard.getStubConfig()).toEqual({});
});
