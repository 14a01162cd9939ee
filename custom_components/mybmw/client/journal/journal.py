"""The journal of one car."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..core.attributes import AnyReading
from ..core.records import Record
from .log import JournalEvent, Log, Settings
from .observation import Observation


@dataclass(frozen=True, slots=True)
class JournalUpdate:
    """What one look at a car has brought.

    `records` are the changed ones by id, None for a removed one. `readings` are the live values,
    with the source of their newest input. `again` is the latest time of the next look, None if
    only another reading can change anything.
    """

    records: Mapping[str, Record | None]
    readings: tuple[AnyReading, ...] = ()
    events: tuple[JournalEvent, ...] = ()
    again: datetime | None = None


class Journal:
    """Turns observations of one car into records, live values and events."""

    def __init__(self, log: Log, settings: Settings) -> None:
        self.log = log
        self.settings = settings

    def look(self, observation: Observation, now: datetime) -> JournalUpdate:
        """Take in the newest readings of the car; any order and repetition is allowed."""
        records, events = self.log.take()
        return JournalUpdate(records, (), tuple(events))

    def dump(self) -> dict[str, Any]:
        """Return the open state as JSON, at most 4 kB."""
        return {}

    def load(self, saved: object) -> None:
        """Restore the open state; invalid parts are ignored."""
