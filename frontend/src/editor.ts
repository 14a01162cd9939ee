// The visual editor, as a form of Home Assistant. Its texts are those that a card on the page was sent.

import { Format } from "./format";
import { PARTS } from "./parts";
import { knownTexts } from "./store";

interface Field {
  name: string;
  selector: Record<string, unknown>;
}

const TEXTS: Record<string, string> = {
  device_id: "editor_device",
  hide: "editor_hide",
  parts: "editor_parts",
};

/** Return the form of a configuration with these fields. */
export function configForm(fields = Object.keys(TEXTS)): Record<string, unknown> {
  const format = new Format(
    { locale: { language: "en", number_format: "language", time_format: "language" } },
    knownTexts(),
  );
  const options = Object.keys(PARTS).map((value) => ({ value, label: format.text(`part_${value}`) }));
  const schema: Field[] = [
    { name: "device_id", selector: { device: { filter: [{ integration: "mybmw" }] } } },
    { name: "hide", selector: { select: { multiple: true, mode: "dropdown", options } } },
    { name: "parts", selector: { select: { multiple: true, reorder: true, mode: "dropdown", options } } },
  ];
  return {
    schema: schema.filter((field) => fields.includes(field.name)),
    computeLabel: (field: Field) => format.text(TEXTS[field.name] ?? field.name),
    computeHelper: (field: Field) => format.text(`${TEXTS[field.name] ?? field.name}_help`),
  };
}
