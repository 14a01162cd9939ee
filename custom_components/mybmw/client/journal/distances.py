"""The distance of this day, week, month and year."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, tzinfo
from typing import Final

from ..core.attributes import DISTANCE, AnyAttribute
from ..core.records import Trip
from .log import Log
from .series import MILLION, Series, parts_of
from .summary import Period, start_of

_PERIODS: Final[Mapping[Period, AnyAttribute]] = {
    Period.DAY: DISTANCE["today"],
    Period.WEEK: DISTANCE["week"],
    Period.MONTH: DISTANCE["month"],
    Period.YEAR: DISTANCE["year"],
}


class PeriodDistances:
    """The sums of the trips that have ended are kept until one changes or a period begins."""

    def __init__(self) -> None:
        self._known: tuple[int, str, list[datetime]] | None = None
        self._closed: dict[datetime, float] = {}

    def of(
        self, log: Log, current: Trip | None, now: datetime, zone: tzinfo
    ) -> Iterator[tuple[AnyAttribute, float]]:
        """Yield the distance in km of each period, with the trip that goes on."""
        starts = [start_of(period, now, zone) for period in _PERIODS]
        going = "" if current is None else current.id
        if self._known != (log.version, going, starts):
            self._known = log.version, going, starts
            trips = [trip for trip in log.trips.values() if trip.id != going]
            self._closed = dict(_driven_since(trips, sorted(starts)))
        for attribute, start in zip(_PERIODS.values(), starts, strict=True):
            more = 0.0 if current is None else _share(current, start)
            yield attribute, round(self._closed[start] + more, 1)


def _driven_since(
    trips: Iterable[Trip], starts: Iterable[datetime]
) -> Iterator[tuple[datetime, float]]:
    """Yield the km driven since times in order, at each of which a quarter of an hour begins."""
    for start in starts:
        trips = [trip for trip in trips if trip.end > start]
        yield start, sum(_share(trip, start) for trip in trips)


def _share(trip: Trip, start: datetime) -> float:
    if trip.end <= start:
        return 0.0
    if trip.start is None or trip.start >= start:
        return trip.distance
    since = start.timestamp()
    return (
        sum(
            amount
            for series, quarter, amount in parts_of(trip)
            if series is Series.DISTANCE and quarter >= since
        )
        / MILLION
    )
