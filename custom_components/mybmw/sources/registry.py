"""The sources that an account may have: one row each, in the order of the menus."""

from collections.abc import Iterable, Mapping
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers.importlib import async_import_module

from ..client import Redactor, Source
from ..const import CONF_SOURCES
from ..runtime.token_store import async_remove_tokens
from .spec import SourceSpec

_ROWS: Final = (
    SourceSpec(
        name="cardata",
        module=f"{__package__}.cardata",
        model="CarData",
        page="{bmw_portal}",
    ),
    SourceSpec(
        name="mybmw",
        module=f"{__package__}.mybmw",
        model="MyBMW",
        commands=True,
    ),
)
SOURCES: Final[dict[str, SourceSpec]] = {spec.name: spec for spec in _ROWS}


def names_of(entry: ConfigEntry) -> list[str]:
    """Return the sources of an account, those that can command cars first."""
    found = entry.data.get(CONF_SOURCES)
    names = found if isinstance(found, Mapping) else {}
    mine = [spec for spec in SOURCES.values() if spec.name in names]
    return [spec.name for spec in sorted(mine, key=lambda spec: not spec.commands)]


async def async_load(hass: HomeAssistant, names: Iterable[str]) -> None:
    """Import what knows how these sources are set up."""
    for name in names:
        await async_import_module(hass, SOURCES[name].module)


async def async_sources(
    hass: HomeAssistant, entry: ConfigEntry, redactor: Redactor
) -> list[Source]:
    """Return the sources of an entry, in order of preference for commands."""
    names = names_of(entry)
    await async_remove_tokens(hass, entry, SOURCES.keys() - names)
    return [await SOURCES[name].setup.build(hass, entry, redactor) for name in names]
