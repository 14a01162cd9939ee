"""The sources that an account may have: one row each, in the order of the menus."""

from collections import ChainMap
from collections.abc import Iterable, Mapping
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers.importlib import async_import_module

from ..client import Redactor, Source
from ..client.core.values import Brand
from ..const import CONF_SOURCES, DOMAIN
from ..runtime.files import mapping_of
from ..runtime.token_store import async_remove_tokens
from .portals import localized
from .spec import SourceSpec

_PORTAL: Final = "{portal}"
_CONSOLE: Final = "https://console.high-mobility.com"
_INTEGRATION: Final = f"homeassistant://config/integrations/integration/{DOMAIN}"
_ROWS: Final = (
    SourceSpec(
        name="cardata",
        module=f"{__package__}.cardata",
        model="CarData",
        ways=("cardata_guide", "cardata"),
        again=("cardata_data",),
        page=_PORTAL,
        pages={
            "no_container": _INTEGRATION,
            "quota_spent_by_others": _INTEGRATION,
            "stream_refused": _PORTAL,
            "stream_silent": _PORTAL,
            "stream_taken": _INTEGRATION,
        },
    ),
    SourceSpec(
        name="mybmw",
        module=f"{__package__}.mybmw",
        model="MyBMW",
        commands=True,
        page=_PORTAL,
    ),
    SourceSpec(
        name="highmobility",
        module=f"{__package__}.highmobility",
        model="Auto API",
        manufacturer="High Mobility",
        page=_CONSOLE,
        pages={"webhook_refused": _CONSOLE, "webhook_silent": _CONSOLE},
    ),
    SourceSpec(
        name="connecteddrive",
        module=f"{__package__}.connecteddrive",
        model="ConnectedDrive",
        commands=True,
        replaces=False,
        page=_INTEGRATION,
    ),
)
_PAGES: Final = {
    "backup_restored": _INTEGRATION,
    "client_shared": _INTEGRATION,
    "not_allowed": _PORTAL,
    "unexpected": "homeassistant://config/logs",
}
SOURCES: Final[dict[str, SourceSpec]] = {spec.name: spec for spec in _ROWS}


def page_of(issue: str, country: str | None, brand: Brand = Brand.BMW) -> str | None:
    """Return the website on which to solve a repair issue, None if there is none."""
    page = ChainMap(_PAGES, *(dict(spec.pages) for spec in SOURCES.values())).get(issue)
    return page and localized(page, country, brand)


def names_of(entry: ConfigEntry) -> list[str]:
    """Return the known sources of an entry, those that can send commands first."""
    names = mapping_of(entry.data.get(CONF_SOURCES))
    specs = [spec for spec in SOURCES.values() if spec.name in names]
    return [spec.name for spec in sorted(specs, key=lambda spec: not spec.commands)]


async def async_load(hass: HomeAssistant, names: Iterable[str]) -> None:
    """Import the modules of these sources."""
    for name in names:
        await async_import_module(hass, SOURCES[name].module)


async def async_end(
    hass: HomeAssistant, entry: ConfigEntry, accounts: Mapping[str, Mapping[str, Any]]
) -> None:
    """Revoke the removed logins of an entry at their services."""
    for name, account in accounts.items():
        await SOURCES[name].setup.ended(hass, entry, account)


async def async_sources(
    hass: HomeAssistant, entry: ConfigEntry, redactor: Redactor
) -> list[Source]:
    """Build the sources of an entry, in order of preference for commands."""
    names = names_of(entry)
    await async_remove_tokens(hass, entry, SOURCES.keys() - names)
    return [await SOURCES[name].setup.build(hass, entry, redactor) for name in names]
