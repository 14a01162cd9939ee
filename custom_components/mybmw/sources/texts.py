"""Texts that are put into others, in the language of Home Assistant."""

from collections.abc import Mapping

from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations

from ..const import DOMAIN


async def async_texts(hass: HomeAssistant, *categories: str) -> Mapping[str, str]:
    """Return the texts of some categories by their paths, such as "config.error.quota"."""
    found: dict[str, str] = {}
    for category in categories:
        found |= await async_get_translations(hass, hass.config.language, category, {DOMAIN})
    return {key.removeprefix(f"component.{DOMAIN}."): text for key, text in found.items()}
