"""When a trip has begun."""

from datetime import datetime, timedelta
from typing import Final

from .trip_state import MINUTE, OpenTrip

ON_THE_ROAD: Final = 5 * MINUTE
"""Cars that report on the road do so at least as often."""

_SLOW: Final = 15 / 3600


def start_of(trip: OpenTrip) -> datetime | None:
    """Return when a trip has begun, None if that is not known within some minutes."""
    first, lower = trip.first, trip.lower
    if trip.start is not None or first is None:
        return trip.start or trip.running
    close = lower if lower is not None and first - lower <= ON_THE_ROAD else None
    if trip.running is not None and trip.running <= first:
        waited = close is not None and close - trip.running > ON_THE_ROAD
        return close if waited else trip.running
    left, driven = trip.left, trip.first_distance
    drove = left is not None and left <= first and drove_off(first - left, driven)
    return left if drove else close


def drove_off(span: timedelta, distance: float) -> bool:
    """Return whether a car that was driven so many km was driven all of the time."""
    return span <= ON_THE_ROAD or distance / span.total_seconds() >= _SLOW
