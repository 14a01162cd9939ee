"""Values of sensors in the unit of the user, as Home Assistant shows their states."""

from collections.abc import Mapping
from math import ceil, floor, log10
from typing import Any, Final, NamedTuple

from homeassistant.components.sensor import DOMAIN as SENSOR_DOMAIN, SensorEntityDescription
from homeassistant.components.sensor.const import UNIT_CONVERTERS
from homeassistant.const import CONF_UNIT_OF_MEASUREMENT, UnitOfPressure
from homeassistant.helpers import entity_registry as er
from homeassistant.util.unit_conversion import BaseUnitConverter
from homeassistant.util.unit_system import METRIC_SYSTEM, UnitSystem

from ..sensor import SensorDescription
from .viewer import ITEMS, EntityKey, Viewer

_PRIVATE: Final = f"{SENSOR_DOMAIN}.private"
_SUGGESTED: Final = "suggested_unit_of_measurement"
_PRECISION: Final = "display_precision"
_OUTDATED: Final = "refresh_initial_entity_options"
_DECIMALS: Final = 6


class Amount(NamedTuple):
    """A number in the unit of the user, and its number of decimals."""

    value: float
    unit: str | None
    precision: int | None


def amount_of(viewer: Viewer, key: EntityKey, value: float) -> Amount:
    """Return a value of the sensor of a car as its user sees it."""
    item = ITEMS[key]
    if not isinstance(item, SensorDescription):
        return Amount(value, None, None)
    return in_unit_of_user(value, item, viewer.entity(key), viewer.hass.config.units)


def in_unit_of_user(
    value: float,
    item: SensorEntityDescription,
    known: er.RegistryEntry | None,
    units: UnitSystem,
) -> Amount:
    """Return the value of a sensor in the unit of its registry entry, else of the unit system."""
    native, converter = item.native_unit_of_measurement, UNIT_CONVERTERS.get(item.device_class)
    precision = _option(known, SENSOR_DOMAIN, _PRECISION)
    if converter is None or native not in converter.VALID_UNITS:
        return Amount(value, native, _given(precision, item.suggested_display_precision))
    default = _default(item, converter, units)
    chosen = _option(known, SENSOR_DOMAIN, CONF_UNIT_OF_MEASUREMENT)
    outdated = _option(known, _PRIVATE, _OUTDATED)
    wanted = (chosen, None if outdated else _option(known, _PRIVATE, _SUGGESTED), default)
    unit = next((unit for unit in wanted if unit in converter.VALID_UNITS), native)
    suggested = _scaled(item, converter, units, unit)
    if unit != native:
        value = round(converter.convert(value, native, unit), _DECIMALS)
    return Amount(value, unit, _given(precision, suggested))


def _default(
    item: SensorEntityDescription, converter: type[BaseUnitConverter], units: UnitSystem
) -> str | None:
    """Return the unit that an entity gets when it is new."""
    native = item.native_unit_of_measurement
    wanted = _suggested(item, units) or units.get_converted_unit(item.device_class, native)
    return wanted or units.get_converted_unit(converter.UNIT_CLASS, native) or native


def _suggested(item: SensorEntityDescription, units: UnitSystem) -> str | None:
    """Return the unit that a sensor suggests; bar in the metric system only."""
    unit = item.suggested_unit_of_measurement
    return None if unit == UnitOfPressure.BAR and units is not METRIC_SYSTEM else unit


def _scaled(
    item: SensorEntityDescription,
    converter: type[BaseUnitConverter],
    units: UnitSystem,
    unit: str | None,
) -> int | None:
    """Return the suggested number of decimals, more for a larger unit and fewer for a smaller."""
    decimals = item.suggested_display_precision
    before = _suggested(item, units) or item.native_unit_of_measurement
    if decimals is None or unit == before:
        return decimals
    ratio = log10(converter.get_unit_ratio(before, unit))
    return max(0, decimals + (floor(ratio) if ratio > 0 else ceil(ratio))) or decimals


def _option(known: er.RegistryEntry | None, domain: str, key: str) -> Any:
    options: Mapping[str, Any] = {} if known is None else known.options.get(domain, {})
    return options.get(key)


def _given(precision: object, suggested: int | None) -> int | None:
    return precision if isinstance(precision, int) else suggested
