"""Plausibility check of values that only grow: rejects odometer readings in other units and jumps.

Cars mix kilometres and miles, sometimes without naming the unit. A value that does not fit is
tried in the other unit first, then compared with the distance that a car can drive in the time
between two measurements. A repeated value is not trusted more: wrong values are usually repeated.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from .attributes import Reading
from .value_class import mutable

MILE: Final = 1.609344

_DAY: Final = timedelta(days=1)
_MAX_JUMP: Final = 1_000.0
_MAX_JUMP_PER_DAY: Final = 2_000.0
_USUAL_TRIP: Final = 200.0
_USUAL_PER_DAY: Final = 1_000.0
_USUAL_MAX: Final = 10_000.0
_ROUNDING: Final = 2.0
_MIN_REPEATS: Final = 3


@mutable
class _Series:
    """Consecutive readings that fit each other, but not the stored one."""

    first: Reading[float]
    last: Reading[float]
    count: int = 1


class Guard:
    """Checks the readings of one growing attribute of one car."""

    def __init__(self) -> None:
        self._rejected: _Series | None = None

    def factor(self, new: Reading[float], old: Reading[float] | None) -> float | None:
        """Return the factor that converts a reading to km; None if it is implausible."""
        factor = 1.0 if old is None or old.value is None else self._compare(new, old)
        if factor is not None:
            self._rejected = None
        return factor

    def _compare(self, new: Reading[float], old: Reading[float]) -> float | None:
        limit = _MAX_JUMP + _MAX_JUMP_PER_DAY * _days(new, old)
        if 0 <= new.value - old.value <= limit and not _better_in_miles(new, old):
            return 1.0
        if old.assumed and not new.assumed and _same_distance(new, old):
            return 1.0
        for factor in (MILE, 1 / MILE) if new.assumed else (MILE,):
            if _continues(new.value * factor, new, old):
                return factor
        return 1.0 if not new.assumed and self._persists(new) else None

    def _persists(self, new: Reading[float]) -> bool:
        """Return whether the car has sent such values for a day, as after a change of parts."""
        series = self._rejected
        if series is None or not _continues(new.value, new, series.last):
            self._rejected = _Series(new, new)
            return False
        series.count += new.time > series.last.time
        series.last = new
        return series.count >= _MIN_REPEATS and new.time - series.first.time >= _DAY


def _days(new: Reading[float], old: Reading[float]) -> float:
    return max(timedelta(), new.time - old.time) / _DAY


def _continues(value: float, new: Reading[float], old: Reading[float]) -> bool:
    """Return whether a value in km follows the old one after a drive of usual length."""
    drive = min(_USUAL_TRIP + _USUAL_PER_DAY * _days(new, old), _USUAL_MAX)
    return -_ROUNDING <= value - old.value <= drive


def _same_distance(new: Reading[float], old: Reading[float]) -> bool:
    """Return whether both values are the same distance, one in kilometres and one in miles."""
    return any(
        _continues(new.value, new, replace(old, value=old.value * factor))
        for factor in (MILE, 1 / MILE)
    )


def _better_in_miles(new: Reading[float], old: Reading[float]) -> bool:
    """Return whether a value without a unit was converted from miles although it was in km."""
    return new.assumed and new.value > old.value * 1.5 and _continues(new.value / MILE, new, old)
