"""Brings the card into dashboards: its files, and the resource that loads it.

The collection of resources is an internal API of Home Assistant. What fails here becomes a repair
issue, and never prevents the set-up of an account.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
import logging
from pathlib import Path
from typing import Any, Final, Protocol

from homeassistant.components.http import StaticPathConfig
from homeassistant.config_entries import SOURCE_IGNORE
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.importlib import async_import_module
from homeassistant.util.hass_dict import HassKey
import voluptuous as vol

from ..const import DOMAIN, OPTION_CARD

_LOGGER = logging.getLogger(__name__)

FOLDER: Final = Path(__file__).parents[1] / "frontend"
FILE: Final = "mybmw-card.js"
FOLDER_URL: Final = f"/{DOMAIN}_frontend"
CARD_URL: Final = f"{FOLDER_URL}/{FILE}"
FAILED: Final = "card_failed"
IN_YAML: Final = "card_in_yaml"

_MODULE: Final = "module"
_FRONTEND: Final = "frontend"
_FAILURES: Final = (
    AttributeError,
    HomeAssistantError,
    KeyError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    vol.Invalid,
)


class Resources(Protocol):
    """The resources of dashboards; those that are stored can be changed."""

    async_create_item: Callable[..., Any]
    async_update_item: Callable[..., Any]
    async_delete_item: Callable[..., Any]

    def async_items(self) -> list[dict[str, Any]]:
        """Return all resources."""
        ...

    async def async_get_info(self) -> dict[str, int]:
        """Load the resources, and return their number."""
        ...


@dataclass(slots=True)
class _Delivered:
    """What was done since the start of Home Assistant; `extra` is the URL of the module."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    served: bool = False
    extra: str | None = None


_DELIVERED: Final[HassKey[_Delivered]] = HassKey(f"{DOMAIN}_card")


async def async_deliver_card(hass: HomeAssistant, leaving: str | None = None) -> None:
    """Bring the card into dashboards, or out of them if no account wants it.

    `leaving` is the id of an entry that is being removed.
    """
    resources: Resources | None = getattr(hass.data.get("lovelace"), "resources", None)
    if resources is None:
        return
    entries = hass.config_entries.async_entries(DOMAIN, include_ignore=False)
    wanted = any(
        entry.options.get(OPTION_CARD, True) is not False
        for entry in entries
        if entry.entry_id != leaving and entry.source != SOURCE_IGNORE
    )
    delivered = hass.data.setdefault(_DELIVERED, _Delivered())
    async with delivered.lock:
        try:
            await _deliver(hass, resources, delivered, wanted=wanted)
        except _FAILURES as error:
            _LOGGER.warning("The card could not be added to dashboards: %r", error)
            _update_issue(hass, FAILED, wrong=wanted)
        else:
            _update_issue(hass, FAILED, wrong=False)


async def _deliver(
    hass: HomeAssistant, resources: Resources, delivered: _Delivered, *, wanted: bool
) -> None:
    url = await _serve(hass, delivered) if wanted else None
    if hasattr(resources, "async_create_item"):
        await _store(resources, url)
        return
    missing = url is not None and not _own(resources)
    await _load_everywhere(hass, delivered, url if missing else None)
    _update_issue(hass, IN_YAML, wrong=missing)


async def _serve(hass: HomeAssistant, delivered: _Delivered) -> str:
    """Serve the files, once; return the URL of the card, another one for another content.

    The card itself is not cached without a check, since a line in YAML has no content hash. Its
    parts have one in their names.
    """
    content = await hass.async_add_executor_job((FOLDER / FILE).read_bytes)
    if not delivered.served:
        await hass.http.async_register_static_paths(
            [
                StaticPathConfig(CARD_URL, str(FOLDER / FILE), cache_headers=False),
                StaticPathConfig(FOLDER_URL, str(FOLDER), cache_headers=True),
            ]
        )
        delivered.served = True
    return f"{CARD_URL}?v={sha256(content).hexdigest()[:12]}"


async def _store(resources: Resources, url: str | None) -> None:
    """Have exactly one resource with this URL; None removes it."""
    await resources.async_get_info()  # an unloaded collection looks empty
    own = _own(resources)
    for item in own if url is None else own[1:]:
        await resources.async_delete_item(item["id"])
    if url is None:
        return
    wanted = {"res_type": _MODULE, "url": url}
    if not own:
        await resources.async_create_item(wanted)
    elif (own[0]["url"], own[0]["type"]) != (url, _MODULE):
        await resources.async_update_item(own[0]["id"], wanted)


def _own(resources: Resources) -> list[dict[str, Any]]:
    """Return the resources of the card, whatever their version is."""
    items = resources.async_items() or []
    return [item for item in items if str(item.get("url")).partition("?")[0] == CARD_URL]


async def _load_everywhere(hass: HomeAssistant, delivered: _Delivered, url: str | None) -> None:
    """Load a module in all pages, instead of the one before."""
    if delivered.extra == url or _FRONTEND not in hass.config.components:
        return
    frontend = await async_import_module(hass, f"homeassistant.components.{_FRONTEND}")
    if delivered.extra is not None:
        frontend.remove_extra_js_url(hass, delivered.extra)
    if url is not None:
        frontend.add_extra_js_url(hass, url)
    delivered.extra = url


@callback
def _update_issue(hass: HomeAssistant, issue: str, *, wrong: bool) -> None:
    if not wrong:
        ir.async_delete_issue(hass, DOMAIN, issue)
        return
    ir.async_create_issue(
        hass,
        DOMAIN,
        issue,
        is_fixable=False,
        severity=ir.IssueSeverity.WARNING,
        translation_key=issue,
    )
