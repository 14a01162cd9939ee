"""The section of the journal in the options: its fields, and what is wrong with them."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.components.zone import ENTITY_ID_HOME
from homeassistant.const import UnitOfTime
from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import (
    BooleanSelector,
    EntitySelector,
    EntitySelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
import voluptuous as vol

from ..const import (
    KEPT_MONTHS,
    OPTION_CAPACITIES,
    OPTION_CHARGER_POWER,
    OPTION_JOIN_STOPS,
    OPTION_KEEP_JOURNAL,
    OPTION_KEPT_MONTHS,
    OPTION_METER,
    OPTION_STATISTICS,
    OPTION_WORK,
)
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
    vol.Optional(OPTION_KEPT_MONTHS): SelectSelector(
        SelectSelectorConfig(
            options=KEPT_MONTHS,
            translation_key=OPTION_KEPT_MONTHS,
            mode=SelectSelectorMode.DROPDOWN,
        )
    ),
    vol.Required(OPTION_STATISTICS, default=True): BooleanSelector(),
    vol.Optional(OPTION_WORK): EntitySelector(EntitySelectorConfig(domain="zone")),
    vol.Optional(OPTION_METER): EntitySelector(
        EntitySelectorConfig(domain="sensor", device_class="energy")
    ),
    vol.Optional(OPTION_CHARGER_POWER): EntitySelector(
        EntitySelectorConfig(domain="sensor", device_class="power")
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
        or ("work_zone_home" if options.get(OPTION_WORK) == ENTITY_ID_HOME else None)
    )
