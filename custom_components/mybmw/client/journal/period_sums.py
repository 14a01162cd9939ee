"""The energy that was charged in a day, week and year, the consumption, and shares of a month."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, tzinfo
from itertools import chain
from typing import Final

from ..core.attributes import (
    CHARGED,
    CONSUMPTION,
    ELECTRIC_SHARE_MONTH,
    FUEL_CONSUMPTION_MONTH,
    FUEL_MONTH,
    SOLAR_SHARE_MONTH,
    AnyAttribute,
)
from ..core.records import Charge, Record
from .charged_totals import energy_since
from .log import Log
from .summary import Mean, Means, Period, start_of

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
        self._means: dict[Period, Means] = {}
        self._charged: dict[AnyAttribute, float] = {}

    def of(
        self, log: Log, now: datetime, zone: tzinfo
    ) -> Iterator[tuple[AnyAttribute, float | None]]:
        """Yield the sums of charging and of driving with electricity."""
        self._update(log, now, zone)
        yield from self._charged.items()
        for period, name in _PERIODS.items():
            yield CONSUMPTION[name], self._means[period].consumption.per_hundred
        month = self._means[Period.MONTH]
        yield ELECTRIC_SHARE_MONTH, month.electric_share.per_hundred
        yield SOLAR_SHARE_MONTH, month.solar_share.per_hundred

    def burnt(
        self, log: Log, now: datetime, zone: tzinfo
    ) -> Iterator[tuple[AnyAttribute, float | None]]:
        """Yield the fuel of this month, None if it is not known of any trip."""
        self._update(log, now, zone)
        fuel = self._means[Period.MONTH].fuel
        yield FUEL_MONTH, round(fuel.total, 2) if fuel.weight else None
        yield FUEL_CONSUMPTION_MONTH, fuel.per_hundred

    @property
    def fuel_costs(self) -> Mapping[str, Mapping[str, Mean]]:
        """The costs of fuel by period and currency, as of the last `burnt`."""
        return {name: self._means[period].fuel_costs for period, name in _PERIODS.items()}

    def _update(self, log: Log, now: datetime, zone: tzinfo) -> None:
        starts = {period: start_of(period, now, zone) for period in _PERIODS}
        if self._known == (log.version, [*starts.values()]):
            return
        self._known = log.version, [*starts.values()]
        first, every = min(starts.values()), chain[Record](log.trips.values(), log.charges.values())
        records = [item for item in every if item.end >= first]
        self._means = {period: _means(records, start) for period, start in starts.items()}
        self._charged = {
            CHARGED[name]: _charged(log.charges.values(), starts[period])
            for period, name in _PERIODS.items()
            if log.charges and name in CHARGED
        }


def _means(records: Iterable[Record], start: datetime) -> Means:
    means = Means()
    for item in records:
        if item.end >= start:
            means.count(item)
    return means


def _charged(charges: Iterable[Charge], start: datetime) -> float:
    return round(sum(energy_since(item, start) for item in charges if item.end > start), 2)
