// The visual editor, as a form of Home Assistant. Its texts are those that a card on the page was sent.

import { Format } from "./format";
import { PARTS } from "./parts";
import { knownTexts } from "./store";

interface Field {
  name: string;
  selector: Record<string, unknown>;
}

const LABELS: Record<string, string> = {
  device_id: "editor_device",
  parts: "editor_parts",
  commands: "editor_commands",
};
const HELP: Record<string, string> = { device_id: "editor_device_help", parts: "editor_parts_help" };

/** Return the form of a configuration with these fields. */
export function configForm(fields = Object.keys(LABELS)): Record<string, unknown> {
  const format = new Format(
    { locale: { language: "en", number_format: "language", time_format: "language" } },
    knownTexts(),
  );
  const options = Object.keys(PARTS).map((value) => ({ value, label: format.text(`part_${value}`) }));
  const schema: Field[] = [
    { name: "device_id", selector: { device: { filter: [{ integration: "mybmw" }] } } },
    { name: "parts", selector: { select: { multiple: true, reorder: true, mode: "dropdown", options } } },
    { name: "commands", selector: { boolean: {} } },
  ];
  return {
    schema: schema.filter((field) => fields.includes(field.name)),
    computeLabel: (field: Field) => format.text(LABELS[field.name] ?? field.name),
    computeHelper: (field: Field) => (HELP[field.name] ? format.text(HELP[field.name] ?? "") : undefined),
  };
}
