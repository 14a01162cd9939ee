"""The texts of the card in one language, and the bound of texts that are not ours."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, NamedTuple

from homeassistant.core import HomeAssistant
from homeassistant.generated.languages import LANGUAGES
from homeassistant.helpers.translation import async_get_translations

from ..const import DOMAIN
from ..doctor import Texts, async_texts
from ..entity import MyBMWDescription

LONGEST_TEXT: Final = 500
_OWN: Final = f"component.{DOMAIN}.entity"
_CARD: Final = f"component.{DOMAIN}.common."
_SOURCES: Final[Mapping[str, set[str]]] = {
    "common": {DOMAIN},
    "entity": {DOMAIN},
    "entity_component": {"binary_sensor", "device_tracker", "lock", "sensor"},
    "selector": {DOMAIN},
}
_CONTROLS: Final = dict.fromkeys((*range(32), *range(127, 160)), " ")


class Words(NamedTuple):
    """The texts of one language; `card` are those that the card shows, by key."""

    texts: Mapping[str, str]
    card: Mapping[str, str]
    explanations: Texts

    def name(self, domain: str, item: MyBMWDescription) -> str:
        """Return the name of an entity, else that of its device class."""
        own = self.texts.get(f"{_OWN}.{domain}.{item.translation_key}.name")
        found = own or self.texts.get(_component(domain, item.device_class, "name"))
        return found or str(item.key)

    def state(self, domain: str, item: MyBMWDescription, state: str) -> str:
        """Return a state of an entity, as it is if there is no text for it."""
        keys = (
            f"{_OWN}.{domain}.{item.translation_key}.state.{state}",
            _component(domain, item.device_class, f"state.{state}"),
            _component(domain, None, f"state.{state}"),
        )
        return next(filter(None, map(self.texts.get, keys)), state)

    def attribute(self, entity: str, attribute: str, state: str | None = None) -> str | None:
        """Return the name of an extra attribute, or a state of it; None without a text."""
        part = "name" if state is None else f"state.{state}"
        return self.texts.get(f"{_OWN}.{entity}.state_attributes.{attribute}.{part}")

    def option(self, selector: str, option: str) -> str:
        """Return an option of a selector."""
        key = f"component.{DOMAIN}.selector.{selector}.options.{option}"
        return self.texts.get(key, option)


def _component(domain: str, device_class: str | None, part: str) -> str:
    return f"component.{domain}.entity_component.{device_class or '_'}.{part}"


def known_language(hass: HomeAssistant, wanted: str | None) -> str:
    """Return the wanted language if Home Assistant knows it, else its own."""
    return wanted if wanted in LANGUAGES else hass.config.language


async def async_words(hass: HomeAssistant, language: str) -> Words:
    """Return the texts in a language, in English where there are none."""
    texts: dict[str, str] = {}
    for category, domains in _SOURCES.items():
        texts |= await async_get_translations(hass, language, category, domains)
    card = {key.removeprefix(_CARD): text for key, text in texts.items() if key.startswith(_CARD)}
    return Words(texts, card, await async_texts(hass, language))


def iso(time: datetime) -> str:
    """Return a time in UTC."""
    return time.astimezone(UTC).isoformat(timespec="seconds")


def bounded(text: str, longest: int = LONGEST_TEXT) -> str:
    """Return a text without control characters, and not longer than a card can show."""
    return text[:longest].encode("utf-8", "replace").decode().translate(_CONTROLS).strip()
