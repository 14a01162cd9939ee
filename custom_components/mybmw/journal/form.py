"""The section of the journal in the options: its fields, and what is wrong with them."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.const import UnitOfTime
from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import (
    BooleanSelector,
    EntitySelector,
    EntitySelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
)
import voluptuous as vol

from ..const import OPTION_CAPACITIES, OPTION_JOIN_STOPS, OPTION_KEEP_JOURNAL, OPTION_METER
from . import DEFAULT_JOIN_STOPS, LONGEST_STOP
from .capacities import capacities_error, capacities_field
from .fuel_price import fuel_price_error, fuel_price_fields
from .meter import meter_error
from .tariff import tariff_error, tariff_fields

_MINUTES: Final = NumberSelector(
    NumberSelectorConfig(
        min=0,
        max=LONGEST_STOP,
        unit_of_measurement=UnitOfTime.MINUTES,
        mode=NumberSelectorMode.BOX,
    )
)
_FIELDS: Final[Mapping[vol.Marker, Any]] = {
    vol.Required(OPTION_KEEP_JOURNAL, default=True): BooleanSelector(),
    vol.Required(OPTION_JOIN_STOPS, default=DEFAULT_JOIN_STOPS): _MINUTES,
    vol.Optional(OPTION_METER): EntitySelector(
        EntitySelectorConfig(domain="sensor", device_class="energy")
    ),
    vol.Optional(OPTION_CAPACITIES): capacities_field(),
}


def journal_fields(currency: str) -> dict[vol.Marker, Any]:
    """Return the fields, with prices in a currency that can be changed."""
    return {**_FIELDS, **tariff_fields(currency), **fuel_price_fields(currency)}


def journal_error(hass: HomeAssistant, options: Mapping[str, Any]) -> str | None:
    """Return the translation key of the first error, None if there is none."""
    return (
        tariff_error(hass, options)
        or fuel_price_error(hass, options)
        or meter_error(hass, options)
        or capacities_error(options)
    )
