"""What did not work lately, and when it may be tried again.

What failed is tried again soon, then at growing intervals. What was refused, by an answer that the
next request will get as well, waits for its regular time; after a week it is asked once a month.
"""

from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from ..core.convert import mapping
from .clock import saved_time

_NEVER: Final = datetime.min.replace(tzinfo=UTC)
_FIRST: Final = timedelta(minutes=5)
_LONGEST: Final = timedelta(hours=6)
_MOST_DOUBLINGS: Final = 8
_WEEK: Final = timedelta(days=7)
_MONTH: Final = timedelta(days=30)

type Job = tuple[str, str]
"""A task and the car that it is for, "" if it is for the account."""


class Pauses:
    """Knows until when each job waits, by task and car."""

    def __init__(self) -> None:
        """Nothing has failed yet."""
        self._failed: dict[Job, tuple[int, datetime]] = {}
        self._refused: dict[Job, tuple[datetime, datetime]] = {}

    def until(self, task: str, vin: str) -> datetime:
        """Return when a job may be tried again, a time long ago if it does not wait."""
        failed = self._failed.get((task, vin), (0, _NEVER))[1]
        return max(failed, self._refused.get((task, vin), (_NEVER, _NEVER))[1])

    def refused(self, task: str, vin: str) -> bool:
        """Tell whether a job was refused when it was last tried."""
        return (task, vin) in self._refused

    def fail(self, job: Job, now: datetime, *, forgiven: int = 0, free: bool = False) -> None:
        """Put off what failed, the first times not at all if `forgiven`, always shortly if free."""
        times = self._failed.get(job, (0, now))[0]
        doubled = 0 if free else min(times - forgiven, _MOST_DOUBLINGS)
        pause = min(_LONGEST, _FIRST * 2**doubled) if doubled >= 0 else timedelta()
        self._failed[job] = times if free else times + 1, now + pause

    def refuse(self, job: Job, now: datetime, regular: timedelta) -> None:
        """Put off what was refused until its regular time, or for a month."""
        self._failed.pop(job, None)
        since = self._refused.get(job, (now, now))[0]
        self._refused[job] = since, now + (_MONTH if now - since >= _WEEK else regular)

    def end(self, job: Job, now: datetime) -> None:
        """End the pause after a failure, since there is a new reason to try."""
        if job in self._failed:
            self._failed[job] = self._failed[job][0], now

    def forget(self, job: Job) -> None:
        """Forget that a job ever failed, since it has worked."""
        self._failed.pop(job, None)
        self._refused.pop(job, None)

    def keep(self, vins: Collection[str]) -> None:
        """Forget all jobs of other cars."""
        for job in [*self._failed, *self._refused]:
            if job[1] and job[1] not in vins:
                self.forget(job)

    def go_back(self, by: timedelta) -> None:
        """Go on though the clock was set back."""
        self._failed = {job: (times, until - by) for job, (times, until) in self._failed.items()}
        self._refused = {
            job: (since - by, until - by) for job, (since, until) in self._refused.items()
        }

    def dump(self) -> dict[str, object]:
        """Return what should survive a restart as JSON."""
        return {
            "failed": [
                [*job, times, until.isoformat()]
                for job, (times, until) in self._failed.items()
                if times
            ],
            "refused": [
                [*job, since.isoformat(), until.isoformat()]
                for job, (since, until) in self._refused.items()
            ],
        }

    def load(self, saved: object, tasks: Collection[str], now: datetime) -> None:
        """Take over what `dump` wrote about known tasks; no pause is believed to be longer."""
        fields = mapping(saved)
        for job, times, text in _rows(fields.get("failed"), tasks):
            until = saved_time(text)
            known = isinstance(times, int) and times > 0
            if known and until is not None and until <= now + _LONGEST:
                self._failed[job] = times, until
        for job, begun, text in _rows(fields.get("refused"), tasks):
            since, until = saved_time(begun), saved_time(text)
            if since is not None and since <= now and until is not None and until <= now + _MONTH:
                self._refused[job] = since, until


def _rows(value: object, tasks: Collection[str]) -> Iterator[tuple[Job, Any, Any]]:
    """Yield the lists of four whose first one is a task."""
    for row in value if isinstance(value, list) else ():
        if isinstance(row, list) and len(row) == 4 and isinstance(row[0], str) and row[0] in tasks:
            yield (row[0], str(row[1])), row[2], row[3]
