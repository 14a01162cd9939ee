"""Pauses of tasks that have failed or were refused.

A failed task is retried soon, then at growing intervals. A refused task, which BMW would refuse
again, is retried at its regular time, and after a week once a month.
"""

from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from ..core.convert import mapping
from .clock import saved_time

_NEVER: Final = datetime.min.replace(tzinfo=UTC)
_FIRST: Final = timedelta(minutes=5)
_MAX_PAUSE: Final = timedelta(hours=6)
_MAX_DOUBLINGS: Final = 8
_WEEK: Final = timedelta(days=7)
_MONTH: Final = timedelta(days=30)

type Job = tuple[str, str]
"""A task and the VIN of its car, "" for a task of the account."""


class Pauses:
    """The pauses of jobs, by task and car."""

    def __init__(self) -> None:
        """Create it without pauses."""
        self._failed: dict[Job, tuple[int, datetime]] = {}
        self._refused: dict[Job, tuple[datetime, datetime]] = {}

    def until(self, task: str, vin: str) -> datetime:
        """Return the end of a job's pause, the earliest possible time if it has none."""
        failed = self._failed.get((task, vin), (0, _NEVER))[1]
        return max(failed, self._refused.get((task, vin), (_NEVER, _NEVER))[1])

    def refused(self, task: str, vin: str) -> bool:
        """Return whether a job was refused at the last attempt."""
        return (task, vin) in self._refused

    def fail(self, job: Job, now: datetime, *, forgiven: int = 0, free: bool = False) -> None:
        """Set a pause after a failure: none for the first `forgiven`, a short one if `free`."""
        times = self._failed.get(job, (0, now))[0]
        doubled = 0 if free else min(times - forgiven, _MAX_DOUBLINGS)
        pause = min(_MAX_PAUSE, _FIRST * 2**doubled) if doubled >= 0 else timedelta()
        self._failed[job] = times if free else times + 1, now + pause

    def refuse(self, job: Job, now: datetime, regular: timedelta) -> None:
        """Set a pause after a refusal: the regular interval, or a month after a week."""
        self._failed.pop(job, None)
        since = self._refused.get(job, (now, now))[0]
        self._refused[job] = since, now + (_MONTH if now - since >= _WEEK else regular)

    def end(self, job: Job, now: datetime) -> None:
        """End the pause after a failure, as there is a new reason to try."""
        if job in self._failed:
            self._failed[job] = self._failed[job][0], now

    def forget(self, job: Job) -> None:
        """Reset a job after a success."""
        self._failed.pop(job, None)
        self._refused.pop(job, None)

    def keep(self, vins: Collection[str]) -> None:
        """Remove the jobs of all other cars."""
        for job in [*self._failed, *self._refused]:
            if job[1] and job[1] not in vins:
                self.forget(job)

    def go_back(self, by: timedelta) -> None:
        """Shift all times after the system clock was set back."""
        self._failed = {job: (times, until - by) for job, (times, until) in self._failed.items()}
        self._refused = {
            job: (since - by, until - by) for job, (since, until) in self._refused.items()
        }

    def dump(self) -> dict[str, object]:
        """Return the pauses as JSON."""
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
        """Restore a `dump`, without unknown tasks, and without pauses longer than possible."""
        fields = mapping(saved)
        for job, times, text in _rows(fields.get("failed"), tasks):
            until = saved_time(text)
            known = isinstance(times, int) and times > 0
            if known and until is not None and until <= now + _MAX_PAUSE:
                self._failed[job] = times, until
        for job, begun, text in _rows(fields.get("refused"), tasks):
            since, until = saved_time(begun), saved_time(text)
            if since is not None and since <= now and until is not None and until <= now + _MONTH:
                self._refused[job] = since, until


def _rows(value: object, tasks: Collection[str]) -> Iterator[tuple[Job, Any, Any]]:
    """Yield the items of a list that are lists of four and start with a task."""
    for row in value if isinstance(value, list) else ():
        if isinstance(row, list) and len(row) == 4 and isinstance(row[0], str) and row[0] in tasks:
            yield (row[0], str(row[1])), row[2], row[3]
