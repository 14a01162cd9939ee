"""What the charger at home measures: its energy and power, by sensors that the user has chosen."""

from collections.abc import Callable, Mapping
from functools import partial
from math import isfinite
from typing import Any, Final, NamedTuple

from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT, UnitOfEnergy, UnitOfPower
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util.unit_conversion import BaseUnitConverter, EnergyConverter, PowerConverter

from ..const import OPTION_CHARGER_POWER, OPTION_METER


class _Measured(NamedTuple):
    """What a sensor measures, in which unit it is needed, and the error if it is another."""

    converter: type[BaseUnitConverter]
    unit: str
    error: str


_MEASURED: Final[Mapping[str, _Measured]] = {
    OPTION_METER: _Measured(EnergyConverter, UnitOfEnergy.KILO_WATT_HOUR, "charger_meter_unit"),
    OPTION_CHARGER_POWER: _Measured(PowerConverter, UnitOfPower.KILO_WATT, "charger_power_unit"),
}


def meter_of(
    hass: HomeAssistant, options: Mapping[str, Any], key: str
) -> Callable[[], float | None]:
    """Return a function that returns the energy in kWh or power in kW, None if it is unknown."""
    measured = _MEASURED[key]
    return partial(value_of, hass, options.get(key), measured.converter, measured.unit)


def value_of(
    hass: HomeAssistant, entity_id: str | None, converter: type[BaseUnitConverter], wanted: str
) -> float | None:
    """Return the state of an entity in a unit, None if that is not known."""
    state = None if entity_id is None else hass.states.get(entity_id)
    if state is None:
        return None
    unit = state.attributes.get(ATTR_UNIT_OF_MEASUREMENT)
    try:
        found = converter.convert(float(state.state), unit, wanted)
    except ValueError, HomeAssistantError:
        return None
    return found if isfinite(found) else None


def meter_error(hass: HomeAssistant, options: Mapping[str, Any]) -> str | None:
    """Return the translation key of what is wrong with a sensor, None if nothing is known to be.

    One that has no unit now, since it is not available, cannot be checked.
    """
    for key, measured in _MEASURED.items():
        state = hass.states.get(options.get(key, ""))
        unit = None if state is None else state.attributes.get(ATTR_UNIT_OF_MEASUREMENT)
        if unit is not None and unit not in measured.converter.VALID_UNITS:
            return measured.error
    return None
