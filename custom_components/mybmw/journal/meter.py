"""The energy that the charger at home has counted, by a sensor that the user has chosen."""

from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any

from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT, UnitOfEnergy
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util.unit_conversion import EnergyConverter

from ..const import OPTION_METER


def meter_of(hass: HomeAssistant, entity_id: str | None) -> Callable[[], float | None]:
    """Return a function that returns the energy in kWh, None while it is not known."""

    def energy() -> float | None:
        state = None if entity_id is None else hass.states.get(entity_id)
        if state is None:
            return None
        unit = state.attributes.get(ATTR_UNIT_OF_MEASUREMENT)
        try:
            found = EnergyConverter.convert(float(state.state), unit, UnitOfEnergy.KILO_WATT_HOUR)
        except ValueError, HomeAssistantError:
            return None
        return found if isfinite(found) else None

    return energy


def meter_error(hass: HomeAssistant, options: Mapping[str, Any]) -> str | None:
    """Return the translation key of what is wrong with the sensor, None if nothing is known to be.

    One that has no unit now, since it is not available, cannot be checked.
    """
    state = hass.states.get(options.get(OPTION_METER, ""))
    unit = None if state is None else state.attributes.get(ATTR_UNIT_OF_MEASUREMENT)
    return None if unit is None or unit in EnergyConverter.VALID_UNITS else "charger_meter_unit"
