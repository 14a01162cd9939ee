"""The guard of values that only grow: an odometer in other units, or a jump, is not believed.

Cars mix kilometres and miles, sometimes without naming the unit. So a value that does not fit is
tried in the other unit first; then it is judged by how far a car can drive in the time between two
measurements. Repetition proves nothing: what is wrong is usually sent more than once.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from .attributes import Reading

MILE: Final = 1.609344

_DAY: Final = timedelta(days=1)
_SLACK: Final = 1_000.0
_A_DAY: Final = 2_000.0
_CLOSE: Final = 200.0
_CLOSE_A_DAY: Final = 1_000.0
_CLOSE_AT_MOST: Final = 10_000.0
_ROUNDED: Final = 2.0
_TIMES: Final = 3


@dataclass(slots=True)
class _Series:
    """Readings that fit each other, but not the one that is held."""

    first: Reading[float]
    last: Reading[float]
    count: int = 1


class Guard:
    """Judges the readings of one growing attribute of one car."""

    def __init__(self) -> None:
        self._doubted: _Series | None = None

    def judge(self, new: Reading[float], old: Reading[float] | None) -> Reading[float] | None:
        """Return the reading to believe, perhaps in the other unit; None if there is none."""
        believed = new if old is None or old.value is None else self._compare(new, old)
        if believed is not None:
            self._doubted = None
        return believed

    def _compare(self, new: Reading[float], old: Reading[float]) -> Reading[float] | None:
        leap = new.value - old.value
        if 0 <= leap <= _SLACK + _A_DAY * _days(new, old) and not _better_in_miles(new, old):
            return new
        if old.assumed and not new.assumed and _same_distance(new, old):
            return new
        for factor in (MILE, 1 / MILE) if new.assumed else (MILE,):
            if _continues(new.value * factor, new, old):
                return replace(new, value=round(new.value * factor, 1))
        return new if not new.assumed and self._lasting(new) else None

    def _lasting(self, new: Reading[float]) -> bool:
        """Return whether the car has stood by a value for a day, as after a change of parts."""
        series = self._doubted
        if series is None or not _continues(new.value, new, series.last):
            self._doubted = _Series(new, new)
            return False
        series.count += new.time > series.last.time
        series.last = new
        return series.count >= _TIMES and new.time - series.first.time >= _DAY


def _days(new: Reading[float], old: Reading[float]) -> float:
    return max(timedelta(), new.time - old.time) / _DAY


def _continues(value: float, new: Reading[float], old: Reading[float]) -> bool:
    """Return whether a value is the next one of an odometer, with a drive of the usual length."""
    drive = min(_CLOSE + _CLOSE_A_DAY * _days(new, old), _CLOSE_AT_MOST)
    return -_ROUNDED <= value - old.value <= drive


def _same_distance(new: Reading[float], old: Reading[float]) -> bool:
    """Return whether two values are one distance in the two units."""
    return any(
        _continues(new.value, new, replace(old, value=old.value * factor))
        for factor in (MILE, 1 / MILE)
    )


def _better_in_miles(new: Reading[float], old: Reading[float]) -> bool:
    """Return whether a value whose unit is not named was multiplied although it is in km."""
    return new.assumed and new.value > old.value * 1.5 and _continues(new.value / MILE, new, old)
