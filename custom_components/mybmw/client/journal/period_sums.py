"""The energy that was charged in a day, week and year, the consumption, and shares of a month."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, tzinfo
from itertools import chain
from typing import Final

from ..core.attributes import (
    CHARGED,
    CONSUMPTION,
    ELECTRIC_SHARE_MONTH,
    SOLAR_SHARE_MONTH,
    AnyAttribute,
)
from ..core.records import Charge, Record
from .log import Log
from .summary import Means, Period, start_of

_PERIODS: Final[Mapping[Period, str]] = {
    Period.DAY: "today",
    Period.WEEK: "week",
    Period.MONTH: "month",
    Period.YEAR: "year",
}


class PeriodSums:
    """The sums are kept until a record changes or a period begins."""

    def __init__(self) -> None:
        self._known: tuple[int, list[datetime]] | None = None
        self._values: dict[AnyAttribute, float | None] = {}

    def of(
        self, log: Log, now: datetime, zone: tzinfo
    ) -> Iterator[tuple[AnyAttribute, float | None]]:
        """Yield the sums of the records that have ended."""
        starts = [start_of(period, now, zone) for period in _PERIODS]
        if self._known != (log.version, starts):
            self._known = log.version, starts
            self._values = dict(_sums(log, starts))
        yield from self._values.items()


def _sums(log: Log, starts: list[datetime]) -> Iterator[tuple[AnyAttribute, float | None]]:
    first, every = min(starts), chain[Record](log.trips.values(), log.charges.values())
    records = [item for item in every if item.end >= first]
    for name, start in zip(_PERIODS.values(), starts, strict=True):
        if log.charges and name in CHARGED:
            yield CHARGED[name], _charged(log.charges.values(), start)
        means = _means(records, start)
        yield CONSUMPTION[name], means.consumption.per_hundred
        if name == "month":
            yield ELECTRIC_SHARE_MONTH, means.electric_share.per_hundred
            yield SOLAR_SHARE_MONTH, means.solar_share.per_hundred


def _means(records: Iterable[Record], start: datetime) -> Means:
    means = Means()
    for item in records:
        if item.end >= start:
            means.count(item)
    return means


def _charged(charges: Iterable[Charge], start: datetime) -> float:
    return round(sum(_charged_since(item, start) for item in charges if item.end > start), 2)


def _charged_since(item: Charge, start: datetime) -> float:
    if item.energy is not None and item.slots and item.slots[0].start >= start:
        return item.energy.value
    return sum(slot.energy for slot in item.slots if slot.start >= start)
