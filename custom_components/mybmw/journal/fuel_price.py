"""The price of fuel that the user has set: its fields in the options, and what is wrong with it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT
from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import EntitySelector, EntitySelectorConfig
import voluptuous as vol

from ..client.journal.prices import FuelPrice, PriceAt
from ..const import OPTION_FUEL_PRICE, OPTION_FUEL_PRICE_ENTITY
from .price_units import fuel_price_factor
from .tariff import amount_field, currency_of, has_fuel_price


def fuel_price_fields(currency: str) -> dict[vol.Marker, Any]:
    """Return the fields of the price of fuel for the options."""
    return {
        vol.Optional(OPTION_FUEL_PRICE): amount_field(f"{currency}/L"),
        vol.Optional(OPTION_FUEL_PRICE_ENTITY): EntitySelector(
            EntitySelectorConfig(domain=["sensor", "input_number", "number"])
        ),
    }


def fuel_price_error(hass: HomeAssistant, options: Mapping[str, Any]) -> str | None:
    """Return the translation key of what is wrong with the entity, None if nothing is known to be.

    One that has no unit now, since it is not available, cannot be checked.
    """
    state = hass.states.get(options.get(OPTION_FUEL_PRICE_ENTITY, ""))
    unit = None if state is None else state.attributes.get(ATTR_UNIT_OF_MEASUREMENT)
    known = fuel_price_factor(unit, currency_of(hass, options)) is not None
    return None if known else "fuel_price_unit"


def fuel_price_of(
    hass: HomeAssistant, options: Mapping[str, Any], of_entity: PriceAt | None
) -> FuelPrice | None:
    """Return the price of fuel, None if none is set.

    The fixed one is for times at which the entity has none.
    """
    fixed: float | None = options.get(OPTION_FUEL_PRICE)

    def at(time: datetime) -> float | None:
        found = None if of_entity is None else of_entity(time)
        return fixed if found is None else found

    return FuelPrice(currency_of(hass, options), at) if has_fuel_price(options) else None
