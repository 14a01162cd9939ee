"""Sums of trips and charges by day, week, month or year of the calendar."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from itertools import pairwise
from typing import Final

from ..core.records import Charge, Record
from .series import MILLION, Series, currency_of, parts_of


class Period(StrEnum):
    """A period of the calendar; weeks start on Monday."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Summary:
    """What happened from `start` to before `end`: distances in km, energies in kWh.

    Energy and distance count when they flowed and were driven, records when they ended. The
    consumption in kWh/100 km is that of the trips whose energy is known, weighted by distance.
    `costs` are those of charging by currency.
    """

    start: datetime
    end: datetime
    distance: float = 0.0
    trips: int = 0
    driving_energy: float | None = None
    consumption: float | None = None
    electric_share: float | None = None
    charged_home: float = 0.0
    charged_away: float = 0.0
    charges: int = 0
    costs: Mapping[str, float] = field(default_factory=dict)

    @property
    def charged(self) -> float:
        """The energy that was charged anywhere."""
        return round(self.charged_home + self.charged_away, 3)


MOST_PERIODS: Final = 1000
_NOON: Final = 12


def start_of(period: Period, time: datetime, zone: tzinfo) -> datetime:
    """Return the local start of the period in which a time is."""
    day = time.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    match period:
        case Period.WEEK:
            day -= timedelta(days=day.weekday())
        case Period.MONTH:
            day = day.replace(day=1)
        case Period.YEAR:
            day = day.replace(month=1, day=1)
        case Period.DAY:
            pass
    return day


def starts(period: Period, now: datetime, zone: tzinfo, count: int) -> list[datetime]:
    """Return the starts of the newest periods, oldest first, and the end of the newest one."""
    newest = start_of(period, now, zone)
    found = [_next(period, newest), newest]
    while len(found) <= min(count, MOST_PERIODS):
        before = (found[-1] - timedelta(days=1)).replace(hour=_NOON)
        found.append(start_of(period, before, zone))
    return found[::-1]


def _next(period: Period, start: datetime) -> datetime:
    """Return the start of the following period."""
    days = {Period.DAY: 1, Period.WEEK: 7, Period.MONTH: 32, Period.YEAR: 366}[period]
    later = (start + timedelta(days=days)).replace(hour=_NOON)
    zone = start.tzinfo
    return start if zone is None else start_of(period, later, zone)


def summaries(records: Iterable[Record], edges: Sequence[datetime]) -> list[Summary]:
    """Return the summary of each period between two edges, oldest first."""
    found = _sums(records, [edge.timestamp() for edge in edges])
    return [_summary(span, sums) for span, sums in zip(pairwise(edges), found, strict=True)]


@dataclass(slots=True)
class _Sums:
    """The sums of one period, in millionths for the series."""

    series: Counter[str] = field(default_factory=Counter)
    trips: int = 0
    charges: int = 0
    energy_distance: float = 0.0
    energy: float | None = None
    shared_distance: float = 0.0
    electric_distance: float = 0.0

    def count(self, item: Record) -> None:
        """Add what counts at the end of a record."""
        if isinstance(item, Charge):
            self.charges += 1
            return
        self.trips += item.count
        if item.energy is not None:
            self.energy = (self.energy or 0.0) + item.energy.value
            self.energy_distance += item.distance
        if item.electric_share is not None:
            self.shared_distance += item.distance
            self.electric_distance += item.distance * item.electric_share / 100


def _sums(records: Iterable[Record], edges: Sequence[float]) -> list[_Sums]:
    found = [_Sums() for _ in edges[1:]]

    def at(time: float) -> _Sums | None:
        number = bisect_right(edges, time) - 1
        return found[number] if 0 <= number < len(found) else None

    for item in records:
        ended = at(item.end.timestamp())
        if ended is not None:
            ended.count(item)
        for series, start, amount in parts_of(item):
            sums = at(start)
            if sums is not None:
                sums.series[series] += amount
    return found


def _summary(span: tuple[datetime, datetime], sums: _Sums) -> Summary:
    amounts = {series: round(amount / MILLION, 3) for series, amount in sums.series.items()}
    return Summary(
        *span,
        distance=amounts.get(Series.DISTANCE, 0.0),
        trips=sums.trips,
        driving_energy=amounts.get(Series.DRIVING_ENERGY),
        consumption=_ratio(sums.energy, sums.energy_distance),
        electric_share=_ratio(sums.electric_distance, sums.shared_distance),
        charged_home=amounts.get(Series.CHARGED_HOME, 0.0),
        charged_away=amounts.get(Series.CHARGED_AWAY, 0.0),
        charges=sums.charges,
        costs={
            currency: amount / MILLION
            for series, amount in sums.series.items()
            if (currency := currency_of(series)) is not None
        },
    )


def _ratio(part: float | None, whole: float) -> float | None:
    return None if part is None or not whole else round(100 * part / whole, 1)
