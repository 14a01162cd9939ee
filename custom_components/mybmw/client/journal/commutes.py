"""Finds the trips between home and work.

A commute is driven in at most five legs, with stops of at most half an hour. What the user says of
a trip counts more. Nothing is ever taken for a business trip.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from ..core.records import PlaceKind, RecordPlace, Trip, TripClass
from .log import Log

_MOST_LEGS: Final = 5
_LONGEST_STOP: Final = timedelta(minutes=30)
_BEFORE: Final = timedelta(days=1)
_GAP: Final = 1.0
_HOME: Final = "home"
_WORK: Final = "work"


class Commutes:
    """Keeps the category of trips up to date when they, or the zone of the work, change."""

    def __init__(self) -> None:
        self._work: str | None = ""

    def update(self, log: Log, work: str | None) -> None:
        """Set or clear the category of the trips around those that have changed."""
        ends = [item.end for item in log.changed.values() if isinstance(item, Trip)]
        if work == self._work and not ends:
            return
        first = min(ends) - _BEFORE if work == self._work else None
        self._work = work
        # A day more, so that the first legs of a commute are among them
        since = None if first is None else first - _BEFORE
        trips = [item for item in log.trips.values() if since is None or item.end >= since]
        trips.sort(key=lambda item: item.end)
        commutes = set() if work is None else {item.id for item in _commutes(trips, work)}
        for item in trips:
            if first is not None and item.end < first:
                continue
            if item.id in commutes:
                if item.category is None and item.inferred is not False:
                    log.put(replace(item, category=TripClass.COMMUTE, inferred=True))
            elif item.inferred:
                log.put(replace(item, category=None, inferred=None))


def _commutes(trips: Sequence[Trip], work: str) -> Iterator[Trip]:
    """Yield the legs of all commutes."""
    for number, first in enumerate(trips):
        start = _anchor(first.origin, work)
        if start is not None:
            yield from _legs(trips[number : number + _MOST_LEGS], start, work)


def _legs(trips: Sequence[Trip], start: str, work: str) -> Sequence[Trip]:
    """Return the legs from home to work, or back, that the trips begin with."""
    for number, leg in enumerate(trips):
        if leg.parts_unknown or (number and not _goes_on(trips[number - 1], leg)):
            return ()
        reached = _anchor(leg.destination, work)
        if reached is not None:
            return () if reached == start else trips[: number + 1]
    return ()


def _goes_on(before: Trip, leg: Trip) -> bool:
    """Return whether a trip begins after a short stop, where the one before has ended."""
    if leg.start is None or abs(leg.odometer_start - before.odometer_end) > _GAP:
        return False
    return leg.start - before.end <= _LONGEST_STOP


def _anchor(place: RecordPlace, work: str) -> str | None:
    if place.kind is PlaceKind.HOME:
        return _HOME
    return _WORK if place.zone == work else None
