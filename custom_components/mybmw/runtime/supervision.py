"""The supervised work of one source in Home Assistant, and the repair issue if it keeps failing."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..client import Poll, Status, Supervisor, UnexpectedError
from ..const import DOMAIN
from .sink import Account

ISSUE: Final = "unexpected"

_LASTING: Final = 3
# Failures and rests outlast a reload of the entry, else every new try would make calls at once
_RESTS: HassKey[dict[str, tuple[int, datetime]]] = HassKey(f"{DOMAIN}_rests")


class Supervision:
    """Runs what a poller does again and again, and keeps it from being tried too often.

    Every source has an issue of its own, named after it.
    """

    def __init__(self, account: Account, source: str) -> None:
        redactor = account.redactor
        self.listening = Supervisor(f"Listening to {source}", redactor, changed=self.tell)
        self._issues = account.issues
        self._source = source
        self._asking = Supervisor(f"Asking {source}", redactor, pause=60)
        self._planning = Supervisor(f"Planning {source}", redactor, pause=60)
        self._key = f"{source}_{account.entry.entry_id}"
        self._rests = account.hass.data.setdefault(_RESTS, {})
        self._asking.failures, self._rests_until = self._rests.get(self._key, (0, dt_util.utcnow()))
        self._cars_failed = 0
        self._status: Status | None = None

    @property
    def rest(self) -> timedelta:
        """How long to rest after what was not foreseen."""
        return timedelta(seconds=self._asking.pause)

    async def attempt(self, work: Callable[[], Awaitable[Poll]]) -> Poll:
        """Return what work has brought, which may be that it failed unexpectedly."""
        try:
            poll = await self._asking.attempt(work)
        except UnexpectedError as error:
            poll = Poll(error=error)
        unexpected = any(isinstance(error, UnexpectedError) for error in poll.errors.values())
        self._cars_failed = self._cars_failed + 1 if unexpected else 0
        self._rests_until = dt_util.utcnow() + self.rest
        self._rests[self._key] = self._asking.failures, self._rests_until
        self.tell()
        return poll

    def due(self, plan: Callable[[], datetime]) -> datetime:
        """Return when to work next, which is not before a rest is over.

        A rest that is longer than it was begins anew: the clock was set back since.
        """
        self._rests_until = min(self._rests_until, dt_util.utcnow() + self.rest)
        try:
            return max(self._planning.call(plan), self._rests_until)
        except UnexpectedError:
            return dt_util.utcnow() + timedelta(seconds=self._planning.pause)

    def tell(self, status: Status | None = None) -> None:
        """Raise the repair issue if work keeps failing, or delete it."""
        self._status = status or self._status
        supervisors = (self._asking, self._planning, self.listening)
        failing = any(supervisor.lasting for supervisor in supervisors)
        failing |= self._cars_failed >= _LASTING
        failing |= self._status is not None and self._status.failing
        self._issues.update(ISSUE, wrong=failing, source=self._source)
