// The entry: what Home Assistant looks for, and the elements. Other parts are loaded when they are needed.

import { MyBmwBadge } from "./badge";
import { builtin } from "./builtin";
import { MyBmwCard } from "./card";
import { define } from "./define";
import { registerFeatures } from "./features";
import { picker } from "./picker";
import { registerStrategies } from "./strategy/register";
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

define("mybmw-badge", MyBmwBadge);

window.customBadges = window.customBadges ?? [];
window.customBadges.push({
  type: "mybmw-badge",
  name: "MyBMW",
  get description() {
    return picker().badge;
  },
  preview: true,
});

registerFeatures();
registerStrategies();
