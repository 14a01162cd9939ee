"""The supervised work of one source in Home Assistant, and the repair issue if it keeps failing."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..client import Poll, Redactor, Status, Supervisor, UnexpectedError
from ..const import DOMAIN
from ..sources.portals import page_of

ISSUE: Final = "unexpected"

_LASTING: Final = 3
# Failures and rests outlast a reload of the entry, else every new try would make calls at once
_RESTS: HassKey[dict[str, tuple[int, datetime]]] = HassKey(f"{DOMAIN}_rests")


class Rounds:
    """Runs what a poller does again and again, and keeps it from being tried too often.

    Every source has an issue of its own, named after it.
    """

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry, source: str, redactor: Redactor
    ) -> None:
        self.listening = Supervisor(f"Listening to {source}", redactor, changed=self.tell)
        self._hass = hass
        self._entry = entry
        self._asking = Supervisor(f"Asking {source}", redactor, pause=60)
        self._planning = Supervisor(f"Planning {source}", redactor, pause=60)
        self._issue = f"{ISSUE}_{source}_{entry.entry_id}"
        self._rests = hass.data.setdefault(_RESTS, {})
        self._asking.failures, self._rests_until = self._rests.get(
            self._issue, (0, dt_util.utcnow())
        )
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
        self._rests[self._issue] = self._asking.failures, self._rests_until
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
        if not failing and not (self._status is not None and self._status.failing):
            ir.async_delete_issue(self._hass, DOMAIN, self._issue)
            return
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            self._issue,
            is_fixable=False,
            learn_more_url=page_of(ISSUE, self._hass.config.country),
            severity=ir.IssueSeverity.WARNING,
            translation_key=ISSUE,
            translation_placeholders={"account": self._entry.title},
        )


def delete_issues(hass: HomeAssistant, entry_id: str) -> None:
    """Delete the issues of all sources of an entry."""
    for domain, issue in list(ir.async_get(hass).issues):
        if domain == DOMAIN and issue.startswith(f"{ISSUE}_") and issue.endswith(entry_id):
            ir.async_delete_issue(hass, DOMAIN, issue)
