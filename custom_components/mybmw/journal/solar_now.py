"""The solar share of the power that a home uses now, by the sensors of the Energy dashboard."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from homeassistant.components.energy.data import EnergyManager, async_get_manager
from homeassistant.const import UnitOfPower
from homeassistant.core import HomeAssistant
from homeassistant.util.unit_conversion import PowerConverter

from ..client.journal.solar import Flows
from .meter import value_of

_POWER: Final = "stat_rate"
_SOLAR: Final = "solar"


async def async_share_now(hass: HomeAssistant) -> Callable[[], float | None]:
    """Return a function that returns the share, None while a power is not known."""
    return partial(_share, hass, await async_get_manager(hass))


def _share(hass: HomeAssistant, manager: EnergyManager) -> float | None:
    flows = Flows()
    sources: list[Any] = [] if manager.data is None else [*manager.data["energy_sources"]]
    for source in sources:
        add = _ADDERS.get(source["type"])
        power = None if add is None else _power(hass, source.get(_POWER))
        if add is not None and power is None:
            return None
        if add is not None and power is not None:
            add(flows, power)
    return flows.share if any(source["type"] == _SOLAR for source in sources) else None


def _power(hass: HomeAssistant, entity_id: str | None) -> float | None:
    """Return a power in kW."""
    return value_of(hass, entity_id, PowerConverter, UnitOfPower.KILO_WATT)


def _add_solar(flows: Flows, power: float) -> None:
    flows.solar += max(power, 0.0)


def _add_grid(flows: Flows, power: float) -> None:
    """Add what comes from the grid, or goes there if it is negative."""
    flows.grid += max(power, 0.0)
    flows.returned += max(-power, 0.0)


def _add_battery(flows: Flows, power: float) -> None:
    flows.battery += max(power, 0.0)


_ADDERS: Final[Mapping[str, Callable[[Flows, float], None]]] = {
    _SOLAR: _add_solar,
    "grid": _add_grid,
    "battery": _add_battery,
}
