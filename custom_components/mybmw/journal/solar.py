"""The solar share of charges at home, by the sensors of the Energy dashboard.

It is found after the charge, once the recorder has the statistics of its last hour.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from homeassistant.components.energy.data import async_get_manager
from homeassistant.const import UnitOfEnergy
from homeassistant.core import HomeAssistant

from ..client.core.records import Charge, PlaceKind
from ..client.journal.log import Log
from ..client.journal.solar import HOUR, Flows, hours_of, solar_share
from .recorded import async_hours

_SETTLED: Final = timedelta(minutes=10)
_OLDEST: Final = timedelta(days=7)
_FIELDS: Final[Mapping[str, Mapping[str, str]]] = {
    "solar": {"stat_energy_from": "solar"},
    "grid": {"stat_energy_from": "grid", "stat_energy_to": "returned"},
    "battery": {"stat_energy_from": "battery"},
}
"""The flows that the sources of energy have, by the names of their statistics."""


async def async_find_shares(hass: HomeAssistant, logs: Iterable[Log], now: datetime) -> set[str]:
    """Put the solar share into charges that have none yet; return the ids of those."""
    due = [(log, item) for log in logs for item in log.charges.values() if _is_due(item, now)]
    names = await _async_names(hass) if due else {}
    if "solar" not in names.values():
        return set()
    hours = sorted({hour for _, item in due for hour in hours_of(item)})
    start, end = (datetime.fromtimestamp(time, UTC) for time in (hours[0], hours[-1] + HOUR))
    flows = await _async_flows(hass, names, start, end)
    found = set()
    for log, item in due:
        share = solar_share(item, flows)
        if share is not None and log.charges.get(item.id) is item:
            log.put(replace(item, solar_share=share))
            found.add(item.id)
    return found


def _is_due(item: Charge, now: datetime) -> bool:
    """Return whether the recorder has just got the last hour of a charge at home."""
    if item.place.kind is not PlaceKind.HOME or not item.slots or item.solar_share is not None:
        return False
    over = datetime.fromtimestamp(max(hours_of(item)) + HOUR, UTC)
    return _SETTLED <= now - over <= _OLDEST


async def _async_names(hass: HomeAssistant) -> dict[str, str]:
    """Return the statistics of the Energy dashboard, and which flow each is."""
    preferences = (await async_get_manager(hass)).data
    sources: Iterable[Any] = () if preferences is None else preferences["energy_sources"]
    return dict(pair for source in sources for pair in _flows_of(source))


def _flows_of(source: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, flow in _FIELDS.get(source["type"], {}).items():
        if source.get(key):
            yield source[key], flow


async def _async_flows(
    hass: HomeAssistant, names: Mapping[str, str], start: datetime, end: datetime
) -> dict[int, Flows]:
    """Return the flows of the hours for which all statistics are known."""
    units: dict[str, str] = {"energy": UnitOfEnergy.KILO_WATT_HOUR}
    found = await async_hours(hass, names, start, end, "change", units)
    if found.keys() != names.keys():
        return {}
    flows: dict[int, Flows] = {}
    for hour in set.intersection(*(set(item.values) for item in found.values())):
        flows[hour] = Flows()
        for name, flow in names.items():
            amount = getattr(flows[hour], flow) + found[name].values[hour]
            setattr(flows[hour], flow, amount)
    return flows
