// The visual editor, as a form of Home Assistant, which asks for it without a card and without its own object.

import { PARTS } from "./parts";
import { knownTexts } from "./store";
import { loadTexts } from "./texts";
import type { Connection } from "./types";

interface Field {
  name: string;
  selector: Record<string, unknown>;
}

declare global {
  interface Window {
    hassConnection?: Promise<{ conn: Connection }>;
  }
}

/** Return the texts that a card on the page was sent, else those that Home Assistant has. */
async function texts(): Promise<Record<string, string>> {
  const known = knownTexts();
  if (Object.keys(known).length) return known;
  try {
    const connected = await window.hassConnection;
    return connected ? await loadTexts(connected.conn, document.documentElement.lang || "en") : {};
  } catch {
    return {};
  }
}

/** Return the name of a field or part as an English word. */
function word(name: string): string {
  return (name.charAt(0).toUpperCase() + name.slice(1)).replace("_id", "");
}

/** Return the form of a configuration with these fields. */
export async function configForm(fields = ["device_id", "hide", "parts"]): Promise<Record<string, unknown>> {
  const found = await texts();
  const options = Object.keys(PARTS).map((value) => ({
    value,
    label: found[`part_${value}`] ?? word(value),
  }));
  const key = ({ name }: Field): string => `editor_${name.replace("_id", "")}`;
  const schema: Field[] = [
    { name: "device_id", selector: { device: { filter: [{ integration: "mybmw" }] } } },
    { name: "hide", selector: { select: { multiple: true, mode: "dropdown", options } } },
    { name: "parts", selector: { select: { multiple: true, reorder: true, mode: "dropdown", options } } },
  ];
  return {
    schema: schema.filter((field) => fields.includes(field.name)),
    computeLabel: (field: Field) => found[key(field)] ?? word(field.name),
    computeHelper: (field: Field) => found[`${key(field)}_help`],
  };
}
