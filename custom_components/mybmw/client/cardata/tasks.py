"""The tasks that calls are made for, and when they are due."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from .quota import DAY, Reason


class Task(StrEnum):
    """The tasks that calls are made for, more urgent ones first."""

    MAPPINGS = "mappings"
    BASIC_DATA = "basic_data"
    VALUES = "values"
    SESSIONS = "sessions"
    TYRES = "tyres"
    PLACES = "places"
    CONTAINER = "container"
    HISTORY = "history"


EXTRAS: Final = frozenset({Task.SESSIONS, Task.TYRES, Task.PLACES})
"""The tasks that the user may switch off."""

EVERY: Final[Mapping[Task, timedelta]] = {
    Task.MAPPINGS: DAY,
    Task.BASIC_DATA: 30 * DAY,
    Task.SESSIONS: DAY,
    Task.TYRES: 7 * DAY,
    Task.PLACES: 7 * DAY,
    Task.CONTAINER: timedelta(hours=6),
    Task.HISTORY: DAY,
}
"""The regular intervals of tasks."""


class Decision(NamedTuple):
    """A planned task, with its car ("" for the account), time and reason."""

    task: Task
    vin: str
    at: datetime
    reason: Reason
