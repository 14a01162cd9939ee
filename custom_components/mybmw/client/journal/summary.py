"""Sums of trips and charges by day, week, month or year of the calendar."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from itertools import pairwise
from typing import Final

from ..core.records import Charge, Record
from ..core.value_class import mutable, record
from .capacity_row import CapacityRow, capacity_row
from .series import COST, FUEL_COST, MILLION, Series, cost_of, parts_of


class Period(StrEnum):
    """A period of the calendar; weeks start on Monday."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


@record
class Summary:
    """What happened from `start` to before `end`: distances in km, energies in kWh.

    Energy and distance count when they flowed and were driven, records when they ended. The
    consumption in kWh/100 km is that of the trips whose energy is known, weighted by distance; the
    solar share is that of the charges at home for which it is known, weighted by energy. Fuel is in
    litres and L/100 km. `costs` are those of charging by currency, `fuel_costs` those of the fuel
    that is known, `fuel_costs_per_distance` what it cost per 100 km. `battery` is what the charges
    show of the battery.
    """

    start: datetime
    end: datetime
    distance: float = 0.0
    trips: int = 0
    driving_energy: float | None = None
    consumption: float | None = None
    electric_share: float | None = None
    fuel: float | None = None
    fuel_consumption: float | None = None
    charged_home: float = 0.0
    charged_away: float = 0.0
    charges: int = 0
    solar_share: float | None = None
    costs: Mapping[str, float] = field(default_factory=dict)
    fuel_costs: Mapping[str, float] = field(default_factory=dict)
    fuel_costs_per_distance: Mapping[str, float] = field(default_factory=dict)
    battery: CapacityRow | None = None

    @property
    def charged(self) -> float:
        """The energy that was charged anywhere."""
        return round(self.charged_home + self.charged_away, 3)

    @property
    def costs_per_distance(self) -> Mapping[str, float]:
        """What 100 km cost by currency; nothing if the car has hardly been driven."""
        if self.distance < LEAST_DISTANCE:
            return {}
        return {key: 100 * amount / self.distance for key, amount in self.costs.items()}


MOST_PERIODS: Final = 1000
LEAST_DISTANCE: Final = 10.0
"""What a shorter distance in km cost per 100 km says nothing."""

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


@mutable
class Mean:
    """A mean of what is known, weighted by distance or energy."""

    total: float = 0.0
    weight: float = 0.0

    def add(self, total: float, weight: float) -> None:
        """Add a total that has a weight."""
        self.total += total
        self.weight += weight

    @property
    def per_hundred(self) -> float | None:
        """The total per 100 of the weight, None if nothing is known."""
        return round(100 * self.total / self.weight, 1) if self.weight else None

    @property
    def per_distance(self) -> float | None:
        """The total per 100 km, None for a short distance, of which it says nothing."""
        return 100 * self.total / self.weight if self.weight >= LEAST_DISTANCE else None


@mutable
class Means:
    """The means of the records that ended in a period."""

    consumption: Mean = field(default_factory=Mean)
    electric_share: Mean = field(default_factory=Mean)
    fuel: Mean = field(default_factory=Mean)
    fuel_costs: defaultdict[str, Mean] = field(default_factory=lambda: defaultdict(Mean))
    solar_share: Mean = field(default_factory=Mean)

    def count(self, item: Record) -> None:
        """Add a record."""
        if isinstance(item, Charge):
            if item.solar_share is not None and item.energy is not None:
                energy = item.energy.value
                self.solar_share.add(energy * item.solar_share / 100, energy)
            return
        distance = item.distance
        if item.energy is not None:
            self.consumption.add(item.energy.value, distance)
        if item.electric_share is not None:
            self.electric_share.add(distance * item.electric_share / 100, distance)
        if item.fuel is not None:
            self.fuel.add(item.fuel.value, distance)
        if item.fuel_cost is not None:
            cost = item.fuel_cost
            self.fuel_costs[cost.currency].add(cost.amount, distance)


@mutable
class _Sums:
    """The sums of one period, in millionths for the series."""

    series: Counter[str] = field(default_factory=Counter)
    trips: int = 0
    charges: list[Charge] = field(default_factory=list)
    means: Means = field(default_factory=Means)

    def count(self, item: Record) -> None:
        """Add what counts at the end of a record."""
        if isinstance(item, Charge):
            self.charges.append(item)
        else:
            self.trips += item.count
        self.means.count(item)


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
        consumption=sums.means.consumption.per_hundred,
        electric_share=sums.means.electric_share.per_hundred,
        fuel=amounts.get(Series.FUEL, 0.0 if sums.means.fuel.weight else None),
        fuel_consumption=sums.means.fuel.per_hundred,
        charged_home=amounts.get(Series.CHARGED_HOME, 0.0),
        charged_away=amounts.get(Series.CHARGED_AWAY, 0.0),
        charges=len(sums.charges),
        solar_share=sums.means.solar_share.per_hundred,
        costs=_costs(sums, COST),
        fuel_costs=dict.fromkeys(sums.means.fuel_costs, 0.0) | _costs(sums, FUEL_COST),
        fuel_costs_per_distance={
            currency: mean.per_distance
            for currency, mean in sums.means.fuel_costs.items()
            if mean.per_distance is not None
        },
        battery=capacity_row(sums.charges),
    )


def _costs(sums: _Sums, word: str) -> dict[str, float]:
    """Return the costs of charging or fuel by currency."""
    return {
        found.currency: amount / MILLION
        for series, amount in sums.series.items()
        if (found := cost_of(series)) is not None and found.word == word
    }
