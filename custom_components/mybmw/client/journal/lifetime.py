"""The fuel and the electric share of trips, by what cars count over their lifetime.

The difference of two counts is exact for what was driven between them, and is divided among those
trips. A tank's level is not used: it is off by more than a trip burns.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple, Self

from ..core.convert import sequence, utc_time
from ..core.records import Figure, How, Trip
from .log import Log
from .observation import LIFETIME_DISTANCE, LIFETIME_ELECTRIC, LIFETIME_FUEL, Observation
from .trip_figures import LATEST, has_own_fuel

_TOGETHER: Final = timedelta(minutes=10)
_LEAST_DISTANCE: Final = 1.0
_EXACT: Final = 2.0
_EXACT_PART: Final = 0.03
_MOST_PER_KM: Final = 0.6
_LARGEST: Final = 3_000_000.0


class Count(NamedTuple):
    """What a car had counted at a time: km, litres, and the km without the engine if it says so."""

    time: datetime
    distance: float
    fuel: float
    electric: float | None

    def since(self, before: Self) -> Count:
        """Return what was counted since an earlier time."""
        known = self.electric is not None and before.electric is not None
        electric = (self.electric or 0.0) - (before.electric or 0.0) if known else None
        distance, fuel = self.distance - before.distance, self.fuel - before.fuel
        return Count(self.time, distance, fuel, electric)

    @property
    def possible(self) -> bool:
        """Whether a car can have driven like that."""
        electric = self.electric or 0.0
        return 0 <= self.fuel <= _MOST_PER_KM * self.distance and (
            0 <= electric <= self.distance + _EXACT
        )


class LifetimeCounts:
    """Remembers the last count up to which trips have their fuel."""

    def __init__(self) -> None:
        self.held: Count | None = None
        self._tried: tuple[Count, int] | None = None

    def look(self, seen: Observation, log: Log, *, parked: bool) -> None:
        """Divide what was counted since the last time among the trips between."""
        count, held = _count(seen), self.held
        if count is None or not parked or (held is not None and count.time <= held.time):
            return
        if held is None or not count.since(held).possible:
            self.held = count
            return
        found = count.since(held)
        if self._tried == (count, log.version):
            return
        self._tried = count, log.version
        trips = _between(log, held.time, count.time)
        if trips is None:
            return
        driven = sum(trip.distance for trip in trips)
        if found.distance >= _LEAST_DISTANCE and driven <= _upper(found.distance):
            _divide(found, trips, log)
            self.held = count
        elif not trips:
            self.held = count

    def dump(self) -> list[Any] | None:
        """Return the last count as JSON."""
        held = self.held
        return held and [held.time.isoformat(), *held[1:]]

    def load(self, saved: object) -> None:
        """Restore the last count; one that is not valid is ignored."""
        match sequence(saved):
            case [
                str(text),
                int() | float() as km,
                int() | float() as fuel,
                int() | float() | None as electric,
            ] if 0 <= km <= _LARGEST:
                time = utc_time(text)
                self.held = None if time is None else Count(time, km, fuel, electric)


def _count(seen: Observation) -> Count | None:
    """Return the newest count, None if its parts do not belong together."""
    distance, fuel = seen.reading(LIFETIME_DISTANCE), seen.reading(LIFETIME_FUEL)
    if distance is None or fuel is None or abs(distance.time - fuel.time) > _TOGETHER:
        return None
    electric = seen.reading(LIFETIME_ELECTRIC)
    if electric is not None and abs(distance.time - electric.time) > _TOGETHER:
        return None
    time = max(distance.time, fuel.time)
    return Count(time, distance.value, fuel.value, None if electric is None else electric.value)


def _between(log: Log, after: datetime, until: datetime) -> list[Trip] | None:
    """Return the trips that ended between two counts, None if one went on at the later."""
    found = []
    for trip in log.trips.values():
        if after + LATEST < trip.end <= until + LATEST:
            found.append(trip)
        elif trip.start is not None and trip.start < until < trip.end:
            return None
    return found


def _upper(distance: float) -> float:
    """Return the most that trips can add up to if the odometer shows whole km."""
    return distance + max(_EXACT, _EXACT_PART * distance)


def _divide(found: Count, trips: Sequence[Trip], log: Log) -> None:
    """Give each trip its share; what was driven without being noticed keeps its own."""
    driven = sum(trip.distance for trip in trips)
    part = 1.0 if driven + _EXACT >= found.distance else driven / found.distance
    share = _unknown_share(found.electric, trips)
    if share is not None:
        trips = [
            trip if trip.electric_share is not None else replace(trip, electric_share=share)
            for trip in trips
        ]
    own = [trip for trip in trips if has_own_fuel(trip)]
    rest = [trip for trip in trips if not has_own_fuel(trip)]
    known = sum(trip.fuel.value for trip in own if trip.fuel is not None)
    weights = [trip.distance * (1 - (trip.electric_share or 0.0) / 100) for trip in rest]
    if not any(weights):
        weights = [trip.distance for trip in rest]
    fuel = max(found.fuel * part - known, 0.0)
    for trip in own:
        log.put(trip)
    for trip, weight in zip(rest, weights, strict=True):
        before = 0.0 if trip.fuel is None else trip.fuel.value
        amount = before + fuel * weight / (sum(weights) or 1.0)
        log.put(replace(trip, fuel=Figure(round(amount, 4), How.BMW)))


def _unknown_share(electric: float | None, trips: Sequence[Trip]) -> float | None:
    """Return the electric share in % of the trips whose share is not known."""
    unknown = sum(trip.distance for trip in trips if trip.electric_share is None)
    if electric is None or not unknown:
        return None
    known = sum(trip.distance * (trip.electric_share or 0.0) / 100 for trip in trips)
    return round(100 * min(max((electric - known) / unknown, 0.0), 1.0), 1)
