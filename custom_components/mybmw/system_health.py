"""System health: the sources of all accounts, how they are doing, and whether BMW is there.

Nothing here may tell whose account it is, since people paste it into public reports.
"""

from collections.abc import Iterable
from typing import Any, Final

from homeassistant.components.system_health import (
    SystemHealthRegistration,
    async_check_can_reach_url,
)
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, callback

from .const import DOMAIN
from .coordinator import MyBMWConfigEntry
from .sources.entry_data import sources_of
from .sources.registry import SOURCES, async_load, names_of
from .sources.spec import SourceSpec

_OK: Final = "ok"
_OFF: Final = "off"


@callback
def async_register(hass: HomeAssistant, register: SystemHealthRegistration) -> None:
    """Register what is asked for."""
    register.async_register_info(_info)


async def _info(hass: HomeAssistant) -> dict[str, Any]:
    """Return the sources of each account, and about each source the accounts that have it."""
    entries: list[MyBMWConfigEntry] = hass.config_entries.async_entries(DOMAIN)
    info: dict[str, Any] = {"accounts": "; ".join(" + ".join(names_of(item)) for item in entries)}
    for spec in SOURCES.values():
        if mine := [entry for entry in entries if spec.name in names_of(entry)]:
            await async_load(hass, [spec.name])
            info |= _about(spec, mine)
            sound = [entry for entry in mine if spec.name in sources_of(entry)]
            if servers := {spec.setup.server(entry) for entry in sound}:
                info[f"{spec.name}_server"] = _reach(hass, servers)
    return info


def _about(spec: SourceSpec, entries: list[MyBMWConfigEntry]) -> dict[str, str]:
    """Return how a source is doing, separated by commas if several accounts have it."""
    told = [_of_entry(spec, entry) for entry in entries]
    keys = dict.fromkeys(key for item in told for key in item)
    return {
        f"{spec.name}_{key}": ", ".join(item[key] for item in told if key in item) for key in keys
    }


def _of_entry(spec: SourceSpec, entry: MyBMWConfigEntry) -> dict[str, str]:
    if entry.state is not ConfigEntryState.LOADED:
        return {"state": entry.state.value}
    poller = entry.runtime_data.pollers[spec.name]
    told = {"state": poller.error.key if poller.error else _OK}
    if (left := poller.status.calls_left_for_user) is not None:
        told["requests_left"] = str(left)
    if poller.can.pushing is not None:
        told["stream"] = poller.status.stream or _OFF
    return told


async def _reach(hass: HomeAssistant, servers: Iterable[str]) -> str | dict[str, str]:
    """Return whether all of these can be reached, the first failure if not."""
    for url in sorted(servers):
        if (found := await async_check_can_reach_url(hass, url)) != _OK:
            return found
    return _OK
