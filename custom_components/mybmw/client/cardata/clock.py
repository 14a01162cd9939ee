"""Elapsed time independent of the system clock, which may be set at any time.

A system clock without battery is days behind at boot, and a wrong time server sets it days ahead.
Events with a limit per 24 hours are therefore dated by both system clock and monotonic time.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any, Final, NamedTuple

from ..core.convert import mapping, utc_time

DRIFT: Final = timedelta(minutes=1)
"""Differences of the system clock up to this do not count as the clock having been set."""

_DAY: Final = timedelta(hours=24)
_MAX_AGE: Final = 30 * _DAY
_LAST_TIME_ZONE: Final = timedelta(hours=14)
_FIRST_YEAR: Final = 2000
_LAST_YEAR: Final = 2999


class Stamp(NamedTuple):
    """A time by the system clock (UTC), and in seconds of an `ElapsedTime`."""

    time: datetime
    at: float


class ElapsedTime:
    """Counts the seconds since it was created, and dates events by them."""

    def __init__(self, source: Callable[[], float] | None = None) -> None:
        """Create it; `source` returns seconds, `time.monotonic` by default."""
        self._source = source
        self._last = self._read()
        self._passed = 0.0

    def seconds(self) -> float:
        """Return the seconds since it was created; they never decrease."""
        reading = self._read()
        self._passed += max(0.0, reading - self._last)
        self._last = reading
        return self._passed

    def stamp(self) -> Stamp:
        """Return the current time as a stamp."""
        return Stamp(datetime.now(UTC), self.seconds())

    def when(self, *stamps: Stamp) -> list[datetime]:
        """Return the times of stamps by the current system clock.

        If the clock was set since, the elapsed time decides; but no stamp becomes older than by
        its own clock time.
        """
        now, seconds = datetime.now(UTC), self.seconds()
        return [_when(stamp, now, timedelta(seconds=seconds - stamp.at)) for stamp in stamps]

    def dump(self) -> dict[str, object]:
        """Return the current time as JSON, for `since` after a restart."""
        return {"time": datetime.now(UTC).isoformat(), "count": self._read()}

    def since(self, saved: object) -> timedelta:
        """Return the time since `dump`, zero if the clock was set back.

        Monotonic time continues over restarts of the program, but stops while the machine sleeps,
        so only a difference of more than a day means that the clock was set.
        """
        fields = mapping(saved)
        time, count = saved_time(fields.get("time")), fields.get("count")
        if time is None:
            return timedelta()
        passed = max(timedelta(), datetime.now(UTC) - time)
        counted = self._read() - count if isinstance(count, (int, float)) else -1.0
        same_run = 0.0 <= counted < passed.total_seconds()
        if same_run and passed - timedelta(seconds=counted) > _DAY:
            return timedelta(seconds=counted)
        return min(passed, _MAX_AGE)

    def _read(self) -> float:
        return (self._source or monotonic)()


def _when(stamp: Stamp, now: datetime, counted: timedelta) -> datetime:
    by_clock = now - stamp.time
    set_back, set_forward = by_clock < -DRIFT, by_clock > counted + DRIFT
    return now - counted if set_back or set_forward else stamp.time


class ClockGuard:
    """Detects that the system clock was set back between two calls of `set_back_by`."""

    def __init__(self) -> None:
        """Create it; the first call returns zero."""
        self._last: datetime | None = None

    def set_back_by(self, now: datetime) -> timedelta:
        """Return by how much the clock was set back since the last call, zero if it was not."""
        last, self._last = self._last, now
        return last - now if last is not None and last - now > DRIFT else timedelta()


def saved_time(value: object) -> datetime | None:
    """Return a stored time (UTC), None if it is invalid or not within the years 2000 to 2999."""
    time = utc_time(value)
    return time if time is not None and _FIRST_YEAR <= time.year <= _LAST_YEAR else None


def age_of(value: object) -> timedelta | None:
    """Return a stored age in seconds as timedelta, None if it is invalid."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not value >= 0:
        return None
    return timedelta(seconds=min(value, _MAX_AGE.total_seconds()))


def saved_rows(value: object, length: int) -> Iterator[list[Any]]:
    """Yield the items of a stored list that are lists of this length and start with a text."""
    for row in value if isinstance(value, list) else ():
        if isinstance(row, list) and len(row) == length and isinstance(row[0], str):
            yield row


def new_month(time: datetime) -> datetime:
    """Return when the next month has begun in all time zones."""
    inside = (time - _LAST_TIME_ZONE).replace(day=1) + timedelta(days=32)
    return datetime(inside.year, inside.month, 1, tzinfo=UTC) + _LAST_TIME_ZONE
