"""Lengths and pressures in extra attributes: Home Assistant itself converts states only."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from homeassistant.const import UnitOfLength, UnitOfPressure
from homeassistant.util.unit_conversion import (
    BaseUnitConverter,
    DistanceConverter,
    PressureConverter,
)
from homeassistant.util.unit_system import UnitSystem

_KINDS: Final[Mapping[str, tuple[str, type[BaseUnitConverter]]]] = {
    UnitOfLength.KILOMETERS: ("distance", DistanceConverter),
    UnitOfPressure.KPA: ("pressure", PressureConverter),
}
_DECIMALS: Final[Mapping[str, int]] = {UnitOfPressure.PSI: 1}


class ShownUnit(NamedTuple):
    """Stands for the unit in which quantities of a unit are shown."""

    unit: str

    def shown(self, units: UnitSystem) -> str:
        """Return the unit that the user has chosen for all such quantities."""
        kind, _ = _KINDS[self.unit]
        return units.get_converted_unit(kind, self.unit) or self.unit


class Quantity(NamedTuple):
    """Stands for a number in the unit of the user; as a text if it is `with_unit`."""

    value: float
    unit: str
    with_unit: bool = False

    def shown(self, units: UnitSystem) -> float | str:
        """Return the rounded number, or the text."""
        unit = ShownUnit(self.unit).shown(units)
        _, converter = _KINDS[self.unit]
        number = converter.convert(self.value, self.unit, unit)
        rounded = round(number, _DECIMALS.get(unit))
        return f"{rounded} {unit}" if self.with_unit else rounded


def in_units(details: Mapping[str, object], units: UnitSystem) -> dict[str, object]:
    """Return what extra attributes show to a user of a unit system."""
    return {key: _shown(value, units) for key, value in details.items()}


def _shown(value: object, units: UnitSystem) -> object:
    match value:
        case Quantity() | ShownUnit():
            return value.shown(units)
        case dict():
            return in_units(value, units)
        case list():
            return [_shown(item, units) for item in value]
        case _:
            return value


def distance(kilometers: float | None) -> dict[str, object]:
    """Return a distance, and the unit it is shown in, for the description of one item."""
    if kilometers is None:
        return {"distance": None}
    unit = UnitOfLength.KILOMETERS
    return {"distance": Quantity(kilometers, unit), "unit": ShownUnit(unit)}
