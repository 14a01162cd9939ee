"""Attributes for the descriptors of BMW's catalogue that have no constant in `attributes`.

Every descriptor (docs/protocols/cardata.md#catalogue) is an attribute with its path as the key.
Descriptors that are the main source of an attribute in `attributes` are not listed; those that are
only a fallback for one are.
"""

from collections.abc import Collection, Iterator, Mapping
import csv
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Final, NamedTuple

from .attributes import ATTRIBUTES, AnyAttribute, Attribute, Unit
from .values import DriveTrain


class Kind(StrEnum):
    """The type of the values of a descriptor."""

    FLAG = "flag"
    NUMBER = "number"
    WORD = "word"
    MOMENT = "moment"
    DAY = "day"
    COUNT = "count"
    TEXT = "text"


class Descriptor(NamedTuple):
    """One descriptor as an attribute.

    `words` are the known values of kind WORD, in lower case; `cars` the drive trains that can have
    it, all if empty. A `rest` descriptor is never streamed. `device_class`, `state_class` and
    `category` are those of Home Assistant, empty if there is none.
    """

    attribute: AnyAttribute
    kind: Kind
    words: tuple[str, ...]
    cars: Collection[DriveTrain]
    rest: bool
    device_class: str
    state_class: str
    category: str

    def applies(self, train: DriveTrain | None) -> bool:
        """Return whether a car with this drive train can have the value; unknown ones can."""
        return train is None or not self.cars or train in self.cars


_TYPES: Final[Mapping[Kind, type]] = {
    Kind.FLAG: bool,
    Kind.NUMBER: float,
    Kind.WORD: str,
    Kind.MOMENT: datetime,
    Kind.DAY: date,
    Kind.COUNT: int,
    Kind.TEXT: str,
}
_BOUNDS: Final[Mapping[Unit | None, tuple[float, float]]] = {
    None: (0, 1_000_000),
    Unit.PERCENT: (0, 100),
    Unit.KILOMETERS: (0, 3_000_000),
    Unit.KILOMETERS_PER_HOUR: (0, 500),
    Unit.CELSIUS: (-60, 300),
    Unit.AMPERE: (0, 1_000),
    Unit.VOLT: (0, 2_000),
    Unit.LITERS: (0, 1_000_000),
    Unit.KILOWATT: (0, 1_000),
    Unit.KILOWATT_HOURS: (0, 1_000_000),
    Unit.SECONDS: (0, 86_400),
    Unit.MINUTES: (0, 10_080),
    Unit.STARS: (0, 5),
    Unit.DAYS: (-3_650, 3_650),
    Unit.WEEKS: (0, 520),
    Unit.MONTHS: (0, 120),
    Unit.METERS: (-500, 9_000),
    Unit.KILOWATT_HOURS_PER_100_KILOMETERS: (0, 1_000),
}

_PRIVATE: Final = frozenset(
    {
        "vehicle.cabin.infotainment.navigation.currentLocation.altitude",
        "vehicle.sevice.preferredSevicePartner",
    }
)
_CARS: Final[Mapping[str, frozenset[DriveTrain]]] = {
    "": frozenset(),
    "plug": frozenset(train for train in DriveTrain if train.plugs_in),
    "fuel": frozenset(train for train in DriveTrain if train.burns_fuel),
    "phev": frozenset({DriveTrain.PLUGIN_HYBRID}),
    "ice": frozenset(train for train in DriveTrain if not train.plugs_in),
    "mhev": frozenset({DriveTrain.MILD_HYBRID}),
}


def _read(name: str) -> Iterator[Descriptor]:
    """Yield the rows of a table beside this file; missing bounds are those of the unit."""
    with Path(__file__).with_name(name).open(encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table):
            kind = Kind(row["kind"])
            unit = Unit(row["unit"]) if row["unit"] else None
            low, high = _BOUNDS[unit] if kind is Kind.NUMBER else (None, None)
            attribute: AnyAttribute = Attribute(
                row["descriptor"],
                _TYPES[kind],
                unit,
                low=float(row["low"]) if row["low"] else low,
                high=float(row["high"]) if row["high"] else high,
                private=row["descriptor"] in _PRIVATE,
            )
            yield Descriptor(
                attribute,
                kind,
                words=tuple(row["words"].split()),
                cars=_CARS[row["cars"]],
                rest=row["source"] == "rest",
                device_class=row["device_class"],
                state_class=row["state_class"],
                category=row["category"],
            )


DESCRIPTORS: Final[Mapping[str, Descriptor]] = {
    item.attribute.key: item for item in _read("descriptors.csv")
}
"""The descriptors by name."""

PROPERTIES: Final[Mapping[str, Descriptor]] = {
    item.attribute.key: item for item in _read("properties.csv")
}
"""Facts that only the Auto API of High Mobility has, by their name there."""


def attribute_of(key: str) -> AnyAttribute:
    """Return the attribute, descriptor or property with this key; KeyError if there is none."""
    known = ATTRIBUTES.get(key)
    if known is not None:
        return known
    return (DESCRIPTORS.get(key) or PROPERTIES[key]).attribute
