"""The series of sums of a car: what its records add up to by the quarter of an hour.

Amounts are kept in millionths, so that amending a record leaves no rounding error behind.
"""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from typing import Final, NamedTuple

from ..core.records import AnyRecord, Charge, Refuelling, Trip


class Series(StrEnum):
    """The series of sums; the names are parts of ids of statistics and never change.

    There are two more for each currency: the cost of charging and that of fuel.
    """

    DISTANCE = "distance"
    DRIVING_ENERGY = "driving_energy"
    CHARGED_HOME = "charged_home"
    CHARGED_AWAY = "charged_away"
    FUEL = "fuel"


COST: Final = "charging_cost"
FUEL_COST: Final = "fuel_cost"

type Part = tuple[str, int, int]
"""What a record adds to a series: the start of a quarter in s since 1970, and millionths."""

MILLION: Final = 1_000_000
QUARTER: Final = 900
_LONGEST: Final = 7 * 24 * 3600


def parts_of(item: AnyRecord) -> Iterator[Part]:
    """Return what a record adds to each series; unknown amounts add nothing."""
    if isinstance(item, Charge):
        yield from _charged(item)
        yield from _paid(item)
        return
    if isinstance(item, Refuelling):
        return
    yield from _spread(Series.DISTANCE, item, item.distance)
    if item.energy is not None:
        yield from _spread(Series.DRIVING_ENERGY, item, item.energy.value)
    if item.fuel is not None:
        yield from _spread(Series.FUEL, item, item.fuel.value)
    if item.fuel_cost is not None:
        yield from _spread(
            cost_series(item.fuel_cost.currency, FUEL_COST), item, item.fuel_cost.amount
        )


def _charged(item: Charge) -> Iterator[Part]:
    series = Series.CHARGED_HOME if item.at_home else Series.CHARGED_AWAY
    quarters: dict[int, int] = {}
    for slot in item.slots:
        start = _quarter(slot.start)
        quarters[start] = quarters.get(start, 0) + round(MILLION * slot.energy)
    if not quarters and item.energy is not None:
        quarters[_quarter(item.end)] = round(MILLION * item.energy.value)
    yield from ((series, start, amount) for start, amount in quarters.items())


class CostSeries(NamedTuple):
    """What a series of costs is of, such as `charging_cost`, and its currency."""

    word: str
    currency: str


def cost_series(currency: str, word: str = COST) -> str:
    """Return the series of a cost in a currency."""
    return f"{word}_{currency.lower()}"


def cost_of(series: str) -> CostSeries | None:
    """Return what a series of costs is of, None if it is another one."""
    word, _, currency = series.rpartition("_")
    return CostSeries(word, currency.upper()) if word in (COST, FUEL_COST) else None


def _paid(item: Charge) -> Iterator[Part]:
    """Return the cost of each slot; all parts add up to the cost."""
    if item.cost is None:
        return
    series, total = cost_series(item.cost.currency), round(MILLION * item.cost.amount)
    weights = item.costs or tuple(slot.energy for slot in item.slots)
    scale = MILLION if item.costs else total / (sum(weights) or 1.0)
    passed, given = 0.0, 0
    for slot, weight in zip(item.slots, weights, strict=False):
        passed += weight
        share = round(scale * passed)
        yield series, _quarter(slot.start), share - given
        given = share
    if given != total:
        yield series, _quarter(item.end), total - given


def _spread(series: str, trip: Trip, amount: float) -> Iterator[Part]:
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
