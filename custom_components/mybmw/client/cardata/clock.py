"""Elapsed time beside the clock of the machine, which may be set at any moment.

A clock without battery is days behind at boot, a wrong time server puts it days ahead. What must
not happen twice in 24 hours is therefore dated in both: by the clock, and by the count.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Final, NamedTuple

from ..core.convert import mapping, utc_time

DRIFT: Final = timedelta(minutes=1)
"""How far the clock may be off the count, or go back, without having been set."""

_DAY: Final = timedelta(hours=24)
_OLDEST: Final = 30 * _DAY
_FIRST_YEAR: Final = 2000
_LAST_YEAR: Final = 2999


class Stamp(NamedTuple):
    """A moment: as the clock showed it (UTC), and in seconds of the count."""

    time: datetime
    at: float


class Count:
    """Counts the seconds that pass while the program runs, and dates what happened with them."""

    def __init__(self, source: Callable[[], float] | None = None) -> None:
        """`source` counts seconds; `time.monotonic` unless a test wants another one."""
        self._source = source
        self._last = self._read()
        self._passed = 0.0

    def seconds(self) -> float:
        """Return the seconds since the beginning; they never go back."""
        reading = self._read()
        self._passed += max(0.0, reading - self._last)
        self._last = reading
        return self._passed

    def stamp(self) -> Stamp:
        """Return the present moment."""
        return Stamp(datetime.now(UTC), self.seconds())

    def when(self, *stamps: Stamp) -> list[datetime]:
        """Return when things happened, on the clock as it goes now.

        Where the clock was set since, that is what the count says; but nothing becomes older than
        the clock says that it is.
        """
        now, seconds = datetime.now(UTC), self.seconds()
        return [_when(stamp, now, now - timedelta(seconds=seconds - stamp.at)) for stamp in stamps]

    def dump(self) -> dict[str, object]:
        """Return what tells after a restart how long the program did not run, as JSON."""
        return {"time": datetime.now(UTC).isoformat(), "count": self._read()}

    def since(self, saved: object) -> timedelta:
        """Return how much time has passed since `dump`, nothing if the clock was set back.

        As long as the machine runs its own count goes on. It stops while a machine sleeps, so only
        a difference of more than a day means that the clock was set.
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
        return min(passed, _OLDEST)

    def _read(self) -> float:
        return (self._source or monotonic)()


def _when(stamp: Stamp, now: datetime, counted: datetime) -> datetime:
    set_back, set_forward = stamp.time > now + DRIFT, counted > stamp.time + DRIFT
    return counted if set_back or set_forward else stamp.time


class SetBack:
    """Notice when the clock is set back between two calls of `look`."""

    def __init__(self) -> None:
        """The clock may show anything at first."""
        self._last: datetime | None = None

    def look(self, now: datetime) -> timedelta:
        """Return by how much the clock was set back since the last look, nothing if it was not."""
        last, self._last = self._last, now
        return last - now if last is not None and last - now > DRIFT else timedelta()


def saved_time(value: object) -> datetime | None:
    """Read a time (UTC) that a file holds; None if it is none, or of no year that can be."""
    time = utc_time(value)
    return time if time is not None and _FIRST_YEAR <= time.year <= _LAST_YEAR else None


def age_of(value: object) -> timedelta | None:
    """Read an age in seconds; None if it is none."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not value >= 0:
        return None
    return timedelta(seconds=min(value, _OLDEST.total_seconds()))
