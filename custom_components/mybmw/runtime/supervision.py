"""Supervision of the tasks of one source, with a repair issue if they keep failing."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final

from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..client import ClientError, Status, Supervisor, UnexpectedError
from ..const import DOMAIN
from .sink import Account

ISSUE: Final = "unexpected"

_LASTING: Final = 3
# Failures and pauses outlast a reload of the entry, so that each set-up does not call at once
_PAUSES: HassKey[dict[str, tuple[int, datetime]]] = HassKey(f"{DOMAIN}_pauses")


class Supervision:
    """The supervisors of a poller's tasks, with increasing pauses after unexpected errors."""

    def __init__(self, account: Account, source: str) -> None:
        redactor = account.redactor
        self.listening = Supervisor(f"Listening to {source}", redactor, changed=self.update_issue)
        self._issues = account.issues
        self._source = source
        self.asking = Supervisor(f"Asking {source}", redactor, pause=60)
        self._planning = Supervisor(f"Planning {source}", redactor, pause=60)
        self._key = f"{source}_{account.entry.entry_id}"
        self._pauses = account.hass.data.setdefault(_PAUSES, {})
        now = dt_util.utcnow()
        self.asking.failures, self._paused_until = self._pauses.get(self._key, (0, now))
        self._cars_failed = 0
        self._status: Status | None = None

    @property
    def pause(self) -> timedelta:
        """Return the pause after unexpected errors."""
        return timedelta(seconds=self.asking.pause)

    def record(self, errors: Iterable[ClientError]) -> None:
        """Record the end of a poll, and the errors of cars; start the pause if there is one."""
        unexpected = any(isinstance(error, UnexpectedError) for error in errors)
        self._cars_failed = self._cars_failed + 1 if unexpected else 0
        self._paused_until = dt_util.utcnow() + self.pause
        self._pauses[self._key] = self.asking.failures, self._paused_until
        self.update_issue()

    def due(self, plan: Callable[[], datetime]) -> datetime:
        """Return the time of the next call, which is not before the end of a pause."""
        # Restart the pause if the clock was set back
        self._paused_until = min(self._paused_until, dt_util.utcnow() + self.pause)
        try:
            with self._planning:
                return max(plan(), self._paused_until)
        except UnexpectedError:
            return dt_util.utcnow() + timedelta(seconds=self._planning.pause)

    def update_issue(self, status: Status | None = None) -> None:
        """Create the repair issue if tasks keep failing, else delete it."""
        self._status = status or self._status
        supervisors = (self.asking, self._planning, self.listening)
        failing = any(supervisor.lasting for supervisor in supervisors)
        failing |= self._cars_failed >= _LASTING
        failing |= self._status is not None and self._status.failing
        self._issues.update(ISSUE, wrong=failing, source=self._source)
