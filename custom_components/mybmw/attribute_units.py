"""Unit conversion in extra attributes; Home Assistant converts states only."""

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
    """A placeholder for the unit in which a quantity is shown."""

    unit: str

    def shown(self, units: UnitSystem) -> str:
        """Return the unit of the unit system."""
        kind, _ = _KINDS[self.unit]
        return units.get_converted_unit(kind, self.unit) or self.unit


class Quantity(NamedTuple):
    """A value that is shown in the user's unit system, `with_unit` as a text."""

    value: float
    unit: str
    with_unit: bool = False

    def shown(self, units: UnitSystem) -> float | str:
        """Return the converted and rounded number, or the text."""
        unit = ShownUnit(self.unit).shown(units)
        _, converter = _KINDS[self.unit]
        number = converter.convert(self.value, self.unit, unit)
        rounded = round(number, _DECIMALS.get(unit))
        return f"{rounded} {unit}" if self.with_unit else rounded


def in_units(details: Mapping[str, object], units: UnitSystem) -> dict[str, object]:
    """Return extra attributes converted to a unit system."""
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
    """Return the extra attributes for a distance and its unit."""
    if kilometers is None:
        return {"distance": None}
    unit = UnitOfLength.KILOMETERS
    return {"distance": Quantity(kilometers, unit), "unit": ShownUnit(unit)}
