// The texts of the card as Home Assistant has them, for what is drawn without a car.

import type { Connection } from "./types";

const PREFIX = "component.mybmw.common.";

/** Return all texts in a language, by key. */
export async function loadTexts(connection: Connection, language: string): Promise<Record<string, string>> {
  const { resources } = await connection.sendMessagePromise<{ resources: Record<string, string> }>({
    type: "frontend/get_translations",
    language,
    category: "common",
    integration: ["mybmw"],
  });
  const texts = Object.entries(resources).filter(([key]) => key.startsWith(PREFIX));
  return Object.fromEntries(texts.map(([key, text]) => [key.slice(PREFIX.length), text]));
}
