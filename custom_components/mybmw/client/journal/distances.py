"""The distance of this day, week, month and year."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, tzinfo
from typing import Final

from ..core.attributes import DISTANCE, AnyAttribute
from ..core.records import Trip
from .log import Log
from .quarters import MILLION, Series, parts_of
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
        self._known: dict[Period, tuple[datetime, int, str, float]] = {}

    def of(
        self, log: Log, current: Trip | None, now: datetime, zone: tzinfo
    ) -> Iterator[tuple[AnyAttribute, float]]:
        """Yield the distance in km of each period, with the trip that goes on."""
        for period, attribute in _PERIODS.items():
            start = start_of(period, now, zone)
            closed = self._closed(period, start, log, "" if current is None else current.id)
            going = 0.0 if current is None else driven_since([current], start)
            yield attribute, round(closed + going, 1)

    def _closed(self, period: Period, start: datetime, log: Log, without: str) -> float:
        known = self._known.get(period)
        if known is None or known[:3] != (start, log.version, without):
            trips = (trip for trip in log.trips.values() if trip.id != without)
            known = (start, log.version, without, driven_since(trips, start))
            self._known[period] = known
        return known[3]


def driven_since(trips: Iterable[Trip], start: datetime) -> float:
    """Return the km driven since a time, at which a quarter of an hour begins."""
    return sum(_share(trip, start) for trip in trips if trip.end > start)


def _share(trip: Trip, start: datetime) -> float:
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
