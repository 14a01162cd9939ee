// @vitest-environment happy-dom
import { expect, it, vi } from "vitest";
import { common } from "../../custom_components/mybmw/translations/de.json";
import { MyBmwCard } from "../src/card";
import type { Connection } from "../src/types";
import "./home";

interface Field {
  name: string;
  selector: { select?: { options: { label: string }[] } };
}

interface Form {
  schema: Field[];
  computeLabel(field: Field): string;
  computeHelper(field: Field): string | undefined;
}

async function words(): Promise<(string | undefined)[]> {
  const { schema, computeLabel, computeHelper } = (await MyBmwCard.getConfigForm()) as unknown as Form;
  const [option] = schema[1]?.selector.select?.options ?? [];
  return [...schema.map(computeLabel), option?.label, computeHelper(schema[0]!)];
}

it("has the texts of Home Assistant before any card was on the page", async () => {
  const resources = Object.fromEntries(
    Object.entries(common).map(([key, text]) => [`component.mybmw.common.${key}`, text]),
  );
  const sendMessagePromise = vi.fn(async () => ({ resources }));
  window.hassConnection = Promise.resolve({ conn: { sendMessagePromise } as unknown as Connection });
  document.documentElement.lang = "de";
  expect(await words()).toEqual([
    common.editor_device,
    common.editor_hide,
    common.editor_parts,
    common.part_head,
    common.editor_device_help,
  ]);
  expect(sendMessagePromise).toHaveBeenCalledWith(expect.objectContaining({ language: "de" }));
});

it("has words, and no keys, without any texts", async () => {
  window.hassConnection = Promise.reject(new Error("no connection"));
  expect(await words()).toEqual(["Device", "Hide", "Parts", "Head", undefined]);
  delete window.hassConnection;
  expect(await words()).toEqual(["Device", "Hide", "Parts", "Head", undefined]);
});
