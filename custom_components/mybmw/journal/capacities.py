"""The usable capacities of batteries that the user knows: their field in the options."""

from collections.abc import Mapping
from typing import Any

from homeassistant.const import UnitOfEnergy
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.selector import (
    DeviceSelector,
    DeviceSelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    ObjectSelector,
    ObjectSelectorConfig,
)

from ..const import DOMAIN, LEAST_CAPACITY, MOST_CAPACITY, OPTION_CAPACITIES
from ..runtime.files import mapping_of, sequence_of


def capacities_field() -> ObjectSelector:
    """Return the field of the options: a row for each car."""
    capacity = NumberSelector(
        NumberSelectorConfig(
            min=LEAST_CAPACITY,
            max=MOST_CAPACITY,
            step="any",
            unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
            mode=NumberSelectorMode.BOX,
        )
    )
    device = DeviceSelector(DeviceSelectorConfig(integration=DOMAIN))
    return ObjectSelector(
        ObjectSelectorConfig(
            fields={
                "car": {"selector": device, "required": True},
                "capacity": {"selector": capacity, "required": True},
            },
            multiple=True,
            label_field="car",
            description_field="capacity",
            translation_key=OPTION_CAPACITIES,
        )
    )


def capacities_error(options: Mapping[str, Any]) -> str | None:
    """Return the translation key of what is wrong with capacities, None if nothing is."""
    rows = options.get(OPTION_CAPACITIES, [])
    cars = {row["car"] for row in rows}
    return None if len(cars) == len(rows) else "usable_capacities_invalid"


def capacities_of(hass: HomeAssistant, options: Mapping[str, Any]) -> Mapping[str, float]:
    """Return the capacities in the options in kWh by VIN."""
    registry, found = dr.async_get(hass), {}
    for row in map(mapping_of, sequence_of(options.get(OPTION_CAPACITIES))):
        device = registry.async_get(row["car"])
        for domain, vin in () if device is None else device.identifiers:
            if domain == DOMAIN:
                found[vin] = float(row["capacity"])
    return found
