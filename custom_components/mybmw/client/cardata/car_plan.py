"""What is known of a car that calls are planned for: its events, and when it sent something."""

from collections.abc import Mapping
from dataclasses import field
from datetime import UTC, datetime, timedelta
from typing import Final

from ..core.value_class import mutable
from .quota import Reason
from .tasks import Task

_DELAY: Final[Mapping[Reason, timedelta]] = {
    Reason.SET_UP: timedelta(),
    Reason.PLUGGED_IN: timedelta(minutes=2),
    Reason.CHARGE_START: timedelta(minutes=1),
    Reason.CHARGE_END: timedelta(minutes=2),
    Reason.TRIP_END: timedelta(minutes=1),
}
_COOL_DOWN: Final[Mapping[Reason, timedelta]] = {
    Reason.SET_UP: timedelta(),
    Reason.PLUGGED_IN: timedelta(hours=1),
    Reason.CHARGE_START: timedelta(hours=1),
    Reason.CHARGE_END: timedelta(hours=1),
    Reason.TRIP_END: timedelta(minutes=10),
}
_MAX_POSTPONED: Final = timedelta(minutes=30)
_HISTORY_DELAY: Final = timedelta(minutes=13)
_SAME_CHARGE: Final = timedelta(minutes=30)
_SILENCE: Final = timedelta(minutes=75)
_MOST_SILENT: Final = 3
_NEVER: Final = datetime.min.replace(tzinfo=UTC)


@mutable
class CarPlan:
    """When a car was `updated`, and the `events` that calls are planned for, with their due times.

    `spent` are the last calls for events, `history` is when to read the charging history.
    `silent_calls` were made because the car had sent nothing for long in the charge that goes on,
    or that has `ended`.
    """

    updated: datetime | None = None
    charging: bool = False
    ended: datetime | None = None
    silent_calls: int = 0
    history: datetime | None = None
    tasks: frozenset[Task] = frozenset()
    events: dict[Reason, datetime] = field(default_factory=dict)
    spent: dict[Reason, datetime] = field(default_factory=dict)

    def event(self, reason: Reason, now: datetime) -> bool:
        """Plan a call after an event, and return whether none was planned for it."""
        self._note_charge(reason, now)
        waiting = self.events.get(reason)
        if waiting is not None and abs(now - waiting) < _COOL_DOWN[reason]:
            return False
        last = min(now, self.spent.get(reason, _NEVER))
        due = max(now + _DELAY[reason], last + _COOL_DOWN[reason])
        self.events[reason] = due
        if reason is Reason.CHARGE_END:
            self.history = due + _HISTORY_DELAY
        return True

    def _note_charge(self, reason: Reason, now: datetime) -> None:
        """Note the begin or the end of a charge; one that ends for a short time goes on."""
        paused = self.ended is not None and now - self.ended <= _SAME_CHARGE
        if reason is Reason.PLUGGED_IN or (reason is Reason.CHARGE_START and not paused):
            self.silent_calls = 0
        if reason in (Reason.CHARGE_START, Reason.CHARGE_END):
            self.charging = reason is Reason.CHARGE_START
            self.ended = None if self.charging else now

    @property
    def silent_at(self) -> datetime | None:
        """When to read a car whose charge goes on if it sends nothing, None if not at all."""
        if not self.charging or self.updated is None or self.silent_calls >= _MOST_SILENT:
            return None
        return self.updated + _SILENCE

    def due(self, reason: Reason) -> datetime:
        """Return when to make the call for an event: some cars send "trip end" while driving."""
        due = self.events[reason]
        if reason is not Reason.TRIP_END or self.updated is None:
            return due
        return max(due, min(self.updated + _DELAY[reason], due + _MAX_POSTPONED))

    def called(self, reason: Reason, now: datetime) -> None:
        """Record that a call has read the values, which is what all events were waiting for."""
        for waiting in [*self.events, reason]:
            self.spent[waiting] = now
        self.events.clear()
        self.silent_calls += reason is Reason.CHARGE_SILENT
        self.updated = now

    def restore(self, reason: str, due: datetime, now: datetime) -> None:
        """Restore the call for an event, unless it is unknown or too far in the future."""
        if reason in _DELAY and due <= now + _COOL_DOWN[Reason(reason)]:
            self.events[Reason(reason)] = due

    def go_back(self, by: timedelta) -> None:
        """Shift all times after the system clock was set back."""
        self.updated = self.updated and self.updated - by
        self.history = self.history and self.history - by
        self.ended = self.ended and self.ended - by
        self.events = {reason: due - by for reason, due in self.events.items()}
        self.spent = {reason: when - by for reason, when in self.spent.items()}
