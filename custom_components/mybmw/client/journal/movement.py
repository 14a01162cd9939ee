"""Signs that a car has moved or was switched on, with the time between which it happened.

A step of the odometer or another position only says that the car has moved since the reading
before, so that a late reading never starts a trip that has already ended.
"""

from datetime import datetime, timedelta
from enum import Enum, auto
from math import asin, cos, radians, sin, sqrt
from typing import Final, NamedTuple

from ..core.values import Position

_SPEED: Final = 250 / 3600
"""The highest speed in km/s."""

MOVED: Final = 0.15
"""Positions that are farther apart, in km, are different places."""
STANDING: Final = 0.05
_EARTH: Final = 6371.0


class Sign(Enum):
    """What has shown that the car moves or is switched on."""

    RUNNING = auto()
    POSITION = auto()
    ODOMETER = auto()


_SLACK: Final = {Sign.ODOMETER: 1.05, Sign.POSITION: MOVED}


class Movement(NamedTuple):
    """A sign of a movement of `distance` km after `since` and until `until`."""

    sign: Sign
    since: datetime | None
    until: datetime
    distance: float = 0.0

    def fits_before(self, end: datetime) -> bool:
        """Return whether the movement can have happened before a time."""
        if self.until <= end:
            return True
        if self.sign is Sign.RUNNING or self.since is None or self.since >= end:
            return False
        driven = (end - self.since).total_seconds() * _SPEED
        return self.distance <= _SLACK[self.sign] + driven

    def within(self, span: timedelta) -> bool:
        """Return whether the time of the movement is known as exactly as that."""
        return self.since is not None and self.until - self.since <= span


def distance(one: Position, other: Position) -> float:
    """Return the distance of two positions in km."""
    north, east = (
        radians(other.latitude - one.latitude) / 2,
        radians(other.longitude - one.longitude) / 2,
    )
    width = cos(radians(one.latitude)) * cos(radians(other.latitude))
    return 2 * _EARTH * asin(min(1.0, sqrt(sin(north) ** 2 + width * sin(east) ** 2)))
