"""The energy that was charged in a day, week and year, and the consumption of this month."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta, tzinfo
from itertools import chain
from typing import Final

from ..core.attributes import CHARGED, CONSUMPTION_MONTH, ELECTRIC_SHARE_MONTH, AnyAttribute
from ..core.records import Charge, Record
from .log import Log
from .summary import Period, start_of, summaries

_PERIODS: Final[Mapping[Period, AnyAttribute]] = {
    Period.DAY: CHARGED["today"],
    Period.WEEK: CHARGED["week"],
    Period.YEAR: CHARGED["year"],
}
_TOMORROW: Final = timedelta(days=1)


class PeriodSums:
    """The sums are kept until a record changes or a period begins."""

    def __init__(self) -> None:
        self._known: tuple[int, list[datetime]] | None = None
        self._values: dict[AnyAttribute, float | None] = {}

    def of(
        self, log: Log, now: datetime, zone: tzinfo
    ) -> Iterator[tuple[AnyAttribute, float | None]]:
        """Yield the sums of the records that have ended."""
        starts = [start_of(period, now, zone) for period in (*_PERIODS, Period.MONTH)]
        if self._known != (log.version, starts):
            self._known = log.version, starts
            self._values = dict(_sums(log, starts, now))
        yield from self._values.items()


def _sums(
    log: Log, starts: list[datetime], now: datetime
) -> Iterator[tuple[AnyAttribute, float | None]]:
    *others, month = starts
    for attribute, start in zip(_PERIODS.values(), others, strict=True):
        if log.charges:
            yield attribute, _charged(log.charges.values(), start)
    records = chain[Record](log.trips.values(), log.charges.values())
    recent = (item for item in records if item.end >= month)
    (summary,) = summaries(recent, [month, now + _TOMORROW])
    yield CONSUMPTION_MONTH, summary.consumption
    yield ELECTRIC_SHARE_MONTH, summary.electric_share


def _charged(charges: Iterable[Charge], start: datetime) -> float:
    return round(sum(_charged_since(item, start) for item in charges if item.end > start), 2)


def _charged_since(item: Charge, start: datetime) -> float:
    if item.energy is not None and item.slots and item.slots[0].start >= start:
        return item.energy.value
    return sum(slot.energy for slot in item.slots if slot.start >= start)
