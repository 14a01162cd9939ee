"""The series of sums of a car: what its records add up to by the quarter of an hour.

Amounts are kept in millionths, so that amending a record leaves no rounding error behind.
"""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from typing import Final

from ..core.records import Charge, Record, Trip


class Series(StrEnum):
    """The series of sums; the names are parts of ids of statistics and never change."""

    DISTANCE = "distance"
    DRIVING_ENERGY = "driving_energy"
    CHARGED_HOME = "charged_home"
    CHARGED_AWAY = "charged_away"


type Part = tuple[Series, int, int]
"""What a record adds to a series: the start of a quarter in s since 1970, and millionths."""

MILLION: Final = 1_000_000
QUARTER: Final = 900
_LONGEST: Final = 7 * 24 * 3600


def parts_of(item: Record) -> Iterator[Part]:
    """Return what a record adds to each series; unknown amounts add nothing."""
    if isinstance(item, Charge):
        yield from _charged(item)
        return
    yield from _spread(Series.DISTANCE, item, item.distance)
    if item.energy is not None:
        yield from _spread(Series.DRIVING_ENERGY, item, item.energy.value)


def _charged(item: Charge) -> Iterator[Part]:
    series = Series.CHARGED_HOME if item.at_home else Series.CHARGED_AWAY
    quarters: dict[int, int] = {}
    for slot in item.slots:
        start = _quarter(slot.start)
        quarters[start] = quarters.get(start, 0) + round(MILLION * slot.energy)
    if not quarters and item.energy is not None:
        quarters[_quarter(item.end)] = round(MILLION * item.energy.value)
    yield from ((series, start, amount) for start, amount in quarters.items())


def _spread(series: Series, trip: Trip, amount: float) -> Iterator[Part]:
    """Divide an amount among the quarters of an hour of a trip, so that the parts add up to it.

    All of it is in the last one if the start is not known.
    """
    total, end = round(MILLION * amount), trip.end.timestamp()
    start = end if trip.start is None else trip.start.timestamp()
    if not 0 < end - start <= _LONGEST:
        start = end
    if not total:
        return
    edges = [start, *range(_next_quarter(start), int(end) + 1, QUARTER)]
    edges += [end] if edges[-1] < end else []
    given = 0
    for begin, until in pairwise(edges):
        share = round(total * (until - start) / (end - start))
        yield series, int(begin // QUARTER * QUARTER), share - given
        given = share
    if given != total:
        yield series, _quarter(trip.end), total - given


def _quarter(time: datetime) -> int:
    return int(time.timestamp() // QUARTER * QUARTER)


def _next_quarter(time: float) -> int:
    return int(time // QUARTER + 1) * QUARTER
