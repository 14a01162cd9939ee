"""System health: the state of all sources, and whether their servers can be reached.

The output must not identify an account, since users paste it into public reports.
"""

from collections import defaultdict
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
from .doctor import SourceHealth, async_health
from .sources.entry_data import sources_of
from .sources.registry import SOURCES, async_load, names_of

_OK: Final = "ok"
_OFF: Final = "off"


@callback
def async_register(hass: HomeAssistant, register: SystemHealthRegistration) -> None:
    """Register system health callbacks."""
    register.async_register_info(_info)


async def _info(hass: HomeAssistant) -> dict[str, Any]:
    """Return the state of all sources and servers; accounts are separated by commas."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    servers: defaultdict[str, set[str]] = defaultdict(set)
    entry: MyBMWConfigEntry
    for entry in hass.config_entries.async_entries(DOMAIN):
        names = names_of(entry)
        await async_load(hass, names)
        found["accounts"].append(" + ".join(names))
        for name in names:
            for key, value in _source_info(name, entry).items():
                found[f"{name}_{key}"].append(value)
        for name in sources_of(entry).keys() & names:
            servers[f"{name}_server"].add(SOURCES[name].setup.server(entry))
    info = {key: ", ".join(values) for key, values in found.items()}
    return info | {key: _can_reach(hass, urls) for key, urls in servers.items()}


def _source_info(source: str, entry: MyBMWConfigEntry) -> dict[str, str]:
    loaded = entry.state is ConfigEntryState.LOADED
    poller = entry.runtime_data.pollers.get(source) if loaded else None
    if poller is None:
        return {"state": entry.state.value}
    info = {"state": poller.error.key if poller.error else _OK}
    if (left := poller.status.calls_left_for_user) is not None:
        info["requests_left"] = str(left)
    if poller.can.pushing is not None:
        info["stream"] = poller.status.stream or _OFF
    return info | _past(async_health(poller))


def _past(health: SourceHealth) -> dict[str, str]:
    """Return how a source has done in the last day, as far as there is something to say."""
    info = {}
    if health.uptime is not None:
        info["stream_uptime"] = f"{health.uptime:.0f} %"
        info["messages"] = str(health.messages)
    if health.last_error is not None:
        info["last_error"] = f"{health.errors[0]['key']} ({health.last_error:%Y-%m-%d %H:%M} UTC)"
    return info


async def _can_reach(hass: HomeAssistant, servers: Iterable[str]) -> str | dict[str, str]:
    """Return "ok" if all servers can be reached, else the first failure."""
    for url in sorted(servers):
        if (result := await async_check_can_reach_url(hass, url)) != _OK:
            return result
    return _OK
