// The entry: what Home Assistant looks for, and the elements. Other parts are loaded when they are needed.

import { builtin } from "./builtin";
import { MyBmwCard } from "./card";
import { define } from "./define";
import { suggestion } from "./suggest";

declare global {
  interface Window {
    customCards?: unknown[];
    customBadges?: unknown[];
    customCardFeatures?: unknown[];
    customStrategies?: unknown[];
  }
}

define("mybmw-card", MyBmwCard);

window.customCards = window.customCards ?? [];
window.customCards.push({
  type: "mybmw-card",
  name: "MyBMW",
  get description() {
    return builtin().description;
  },
  preview: true,
  getEntitySuggestion: suggestion,
});
