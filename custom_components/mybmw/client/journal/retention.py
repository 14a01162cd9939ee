"""Replaces old trips by monthly totals, which no longer say where and when a car was driven.

Sums stay what they were, but a trip over the end of a month belongs to the month of its end.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from typing import Final

from ..core.records import Figure, How, Money, Trip
from .log import Log, month_of
from .series import MILLION
from .summary import Period, start_of

_NOON: Final = 12
_ORDER: Final = [*How]


def shrink(log: Log, months: int, now: datetime, zone: tzinfo) -> None:
    """Replace trips that are older than a number of months; the last trip stays."""
    first = start_of(Period.MONTH, now, zone)
    for _ in range(months):
        first = start_of(Period.MONTH, (first - timedelta(days=1)).replace(hour=_NOON), zone)
    last = max((item.end for item in log.trips.values()), default=first)
    groups: defaultdict[tuple[object, ...], list[Trip]] = defaultdict(list)
    for item in log.trips.values():
        if item.end < min(first, last):
            groups[_kind(item, zone)].append(item)
    for trips in groups.values():
        if len(trips) == 1 and trips[0].monthly:
            continue
        trips.sort(key=lambda item: item.end)
        log.merge(_total(trips), trips[:-1])


def _kind(item: Trip, zone: tzinfo) -> tuple[object, ...]:
    """Return what trips must have in common so that means stay right."""
    cost = item.fuel_cost
    return (
        start_of(Period.MONTH, item.end, zone),
        month_of(item.id),
        item.category,
        item.energy is None,
        item.fuel is None,
        item.electric_share is None,
        cost and cost.currency,
    )


def _total(trips: Sequence[Trip]) -> Trip:
    """Return trips as one, without places, times and notes."""
    last = trips[-1]
    distance = _sum([item.distance for item in trips])
    shares = [item.distance * (item.electric_share or 0.0) for item in trips]
    made = Trip(
        last.id,
        None,
        last.end,
        last.odometer_end - distance,
        last.odometer_end,
        energy=_figure([item.energy for item in trips]),
        fuel=_figure([item.fuel for item in trips]),
        fuel_cost=_money([item.fuel_cost for item in trips]),
        count=sum(item.count for item in trips),
        parts_unknown=True,
        monthly=True,
        category=last.category,
        inferred=False if last.category is not None else None,
    )
    if last.electric_share is None or not distance:
        return made
    return replace(made, electric_share=round(sum(shares) / distance, 3))


def _figure(figures: Sequence[Figure | None]) -> Figure | None:
    """Return a sum, which is as certain as the least certain part."""
    known = [item for item in figures if item is not None]
    if not known:
        return None
    how = max((item.how for item in known), key=_ORDER.index)
    return Figure(_sum([item.value for item in known]), how)


def _money(costs: Sequence[Money | None]) -> Money | None:
    known = [item for item in costs if item is not None]
    if not known:
        return None
    how = max((item.how for item in known), key=_ORDER.index)
    return Money(_sum([item.amount for item in known]), known[-1].currency, how)


def _sum(amounts: Sequence[float]) -> float:
    """Return a sum that is the same as that of statistics, which count millionths."""
    return sum(round(MILLION * amount) for amount in amounts) / MILLION
