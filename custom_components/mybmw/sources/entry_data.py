"""Validation of stored entry data and options, which may be damaged or from another version.

The sources of the entry have to be loaded before.
"""

from collections.abc import Callable, Mapping
from datetime import time
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.exceptions import ConfigEntryError
import voluptuous as vol

from ..const import (
    CONF_SOURCES,
    HIGHEST_PRICE,
    KEPT_MONTHS,
    LEAST_CAPACITY,
    LEAST_ROAD_FACTOR,
    MOST_CAPACITY,
    MOST_ROAD_FACTOR,
    OPTION_CAPACITIES,
    OPTION_CARD,
    OPTION_CHARGER_POWER,
    OPTION_CURRENCY,
    OPTION_ENTITIES,
    OPTION_FUEL_PRICE,
    OPTION_FUEL_PRICE_ENTITY,
    OPTION_JOIN_STOPS,
    OPTION_JOURNAL,
    OPTION_KEEP_JOURNAL,
    OPTION_KEPT_MONTHS,
    OPTION_METER,
    OPTION_PLACE_PRICES,
    OPTION_POSITION,
    OPTION_PRICE,
    OPTION_PRICE_ENTITY,
    OPTION_PRICE_PERIODS,
    OPTION_PUBLIC_AC,
    OPTION_PUBLIC_DC,
    OPTION_PUBLIC_FEE,
    OPTION_READ_ONLY,
    OPTION_ROAD_FACTOR,
    OPTION_STATISTICS,
    OPTION_TARIFF,
    OPTION_WORK,
    TARIFF_ENTITY,
    TARIFF_FIXED,
    TARIFF_NONE,
    TARIFF_TIMES,
    WEEKDAYS,
)
from ..runtime.errors import translated_error
from ..runtime.files import mapping_of
from .registry import SOURCES, names_of


def _no_bool(value: object) -> object:
    if isinstance(value, bool):
        raise vol.Invalid("expected a number")
    return value


def number(low: float, high: float) -> Callable[[object], object]:
    """Return a validator of numbers, which rejects booleans."""
    return vol.All(vol.Any(int, float), _no_bool, vol.Range(min=low, max=high))


def tolerant(fields: Mapping[Any, Any]) -> vol.Schema:
    """Return a schema that accepts unknown keys, such as those of a newer version."""
    return vol.Schema(dict(fields), extra=vol.ALLOW_EXTRA)


NAME: Final = vol.All(str, vol.Length(min=1))
OPTIONAL_TEXT: Final = vol.Any(None, str)


def _sources(sources: object) -> object:
    """Validate the login data of all known sources, at least one."""
    if not isinstance(sources, dict) or sources.keys().isdisjoint(SOURCES):
        raise vol.Invalid("expected a source")
    known = SOURCES.keys() & sources
    return tolerant({vol.Optional(name): SOURCES[name].setup.account for name in known})(sources)


_DATA: Final = tolerant({vol.Required(CONF_SOURCES): _sources})
_PRICE: Final = number(-HIGHEST_PRICE, HIGHEST_PRICE)
_FEE: Final = vol.Any(None, number(0, HIGHEST_PRICE))
_CLOCK: Final = vol.All(str, vol.Coerce(time.fromisoformat))
_PRICES: Final = {
    vol.Optional(OPTION_CURRENCY): vol.All(str, vol.Match("^[A-Z]{3}$")),
    vol.Optional(OPTION_TARIFF): vol.In({TARIFF_NONE, TARIFF_FIXED, TARIFF_TIMES, TARIFF_ENTITY}),
    vol.Optional(OPTION_PRICE): _PRICE,
    vol.Optional(OPTION_PRICE_PERIODS): [
        tolerant(
            {
                vol.Required("start"): _CLOCK,
                vol.Required("end"): _CLOCK,
                vol.Optional("days"): vol.Any(None, [vol.In(WEEKDAYS)]),
                vol.Required("price"): _PRICE,
            }
        )
    ],
    vol.Optional(OPTION_PRICE_ENTITY): str,
    vol.Optional(OPTION_FUEL_PRICE): number(0, HIGHEST_PRICE),
    vol.Optional(OPTION_FUEL_PRICE_ENTITY): str,
    vol.Optional(OPTION_PUBLIC_AC): _PRICE,
    vol.Optional(OPTION_PUBLIC_DC): _PRICE,
    vol.Optional(OPTION_PUBLIC_FEE): _FEE,
    vol.Optional(OPTION_PLACE_PRICES): [
        tolerant(
            {
                vol.Required("zone"): str,
                vol.Required("price"): _PRICE,
                vol.Optional("fee"): _FEE,
            }
        )
    ],
}
_GENERAL: Final = {
    vol.Optional(OPTION_CARD): bool,
    vol.Optional(OPTION_ENTITIES): [str],
    vol.Optional(OPTION_POSITION): bool,
    vol.Optional(OPTION_READ_ONLY): bool,
    vol.Optional(OPTION_ROAD_FACTOR): number(LEAST_ROAD_FACTOR, MOST_ROAD_FACTOR),
    vol.Optional(OPTION_JOURNAL): tolerant(
        {
            vol.Optional(OPTION_KEEP_JOURNAL): bool,
            vol.Optional(OPTION_JOIN_STOPS): number(0, 30),
            vol.Optional(OPTION_KEPT_MONTHS): vol.In(KEPT_MONTHS),
            vol.Optional(OPTION_STATISTICS): bool,
            vol.Optional(OPTION_WORK): str,
            vol.Optional(OPTION_METER): str,
            vol.Optional(OPTION_CHARGER_POWER): str,
            vol.Optional(OPTION_CAPACITIES): [
                {
                    vol.Required("car"): str,
                    vol.Required("capacity"): number(LEAST_CAPACITY, MOST_CAPACITY),
                }
            ],
            **_PRICES,
        }
    ),
}


def check(entry: ConfigEntry) -> None:
    """Raise `ConfigEntryError` if an entry is damaged; the error has the path, but no value."""
    if where := _invalid(_DATA, entry.data):
        raise translated_error(ConfigEntryError, "damaged_data", where=where)
    if where := _invalid(_options(entry), entry.options):
        raise damaged_options(where)


def damaged_options(where: str) -> ConfigEntryError:
    """Return the error to raise for options that are damaged at this path."""
    return translated_error(ConfigEntryError, "damaged_options", where=where)


def sources_of(entry: ConfigEntry) -> dict[str, Mapping[str, Any]]:
    """Return the login data of the sources of an entry, without damaged ones."""
    return {
        name: account
        for name, account in mapping_of(entry.data.get(CONF_SOURCES)).items()
        if isinstance(account, Mapping)
        and not (name in SOURCES and _invalid(SOURCES[name].setup.account, account))
    }


def options_of(entry: ConfigEntry) -> Mapping[str, Any]:
    """Return the options of an entry, none if they are damaged."""
    return {} if _invalid(_options(entry), entry.options) else entry.options


def _options(entry: ConfigEntry) -> vol.Schema:
    fields: dict[Any, Any] = dict(_GENERAL)
    for name in names_of(entry):
        fields |= SOURCES[name].setup.stored_options
    return tolerant(fields)


def _invalid(schema: vol.Schema, content: Mapping[str, Any]) -> str | None:
    """Return the path to the first invalid value, None if there is none."""
    try:
        schema(_plain(content))
    except vol.MultipleInvalid as error:
        return ".".join(map(str, error.errors[0].path))
    return None


def _plain(content: object) -> object:
    """Return read-only mappings as dicts, which schemas require."""
    if isinstance(content, Mapping):
        return {key: _plain(value) for key, value in content.items()}
    return content
