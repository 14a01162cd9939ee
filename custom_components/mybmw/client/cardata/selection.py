"""Which descriptors to select in the portal (docs/protocols/cardata.md#selection)."""

from collections.abc import Mapping
import csv
from enum import StrEnum
from pathlib import Path
from typing import Final, NamedTuple


class Wish(StrEnum):
    """How much a car should send."""

    ESSENTIAL = "essential"
    ELECTRIC = "electric"
    EVERYTHING = "everything"


class CarKind(StrEnum):
    """What drives a car."""

    ELECTRIC = "electric"
    HYBRID = "hybrid"
    COMBUSTION = "combustion"


class _Row(NamedTuple):
    descriptor: str
    wish: Wish
    cars: str


_EQUIPMENT: Final[Mapping[CarKind, frozenset[str]]] = {
    CarKind.ELECTRIC: frozenset({"", "plug"}),
    CarKind.HYBRID: frozenset({"", "plug", "fuel"}),
    CarKind.COMBUSTION: frozenset({"", "fuel"}),
}
"""The cars that a row of the table may be for, by the kind of the car."""


def _rows() -> list[_Row]:
    path = Path(__file__).with_suffix(".csv")
    with path.open(encoding="utf-8", newline="") as table:
        return [
            _Row(row["descriptor"], Wish(row["wish"]), row["cars"]) for row in csv.DictReader(table)
        ]


_ROWS: Final = tuple(_rows())


def selection(kind: CarKind, wish: Wish) -> tuple[str, ...]:
    """Return the descriptors to select, in alphabetical order; none means all that there are."""
    if wish is Wish.EVERYTHING:
        return ()
    wishes = {Wish.ESSENTIAL, wish}
    known = _EQUIPMENT[kind]
    return tuple(
        sorted(row.descriptor for row in _ROWS if row.wish in wishes and row.cars in known)
    )
