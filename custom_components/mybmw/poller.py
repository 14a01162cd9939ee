"""Asking the sources: some regularly, others when they want to be asked."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
import logging
from typing import ClassVar, Final, override

from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.exceptions import ConfigEntryNotReady
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.event import async_call_later, async_track_point_in_utc_time
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
from homeassistant.util import dt as dt_util

from .client import (
    AuthError,
    BlockedError,
    ClientError,
    NotAllowedError,
    PlanningSource,
    Poll,
    QuotaError,
    Source,
    Status,
)
from .client.values import StreamState
from .const import DOMAIN
from .coordinator import GarageCoordinator, MyBMWConfigEntry
from .errors import blocked_error, pause_after, poll_error
from .rounds import Rounds
from .store import SOON, due_after

_LOGGER = logging.getLogger(__name__)

_ISSUE_BLOCKED: Final = "blocked"
_SILENCE: Final = timedelta(hours=48)
_PAUSE: Final = timedelta(minutes=5)

ISSUES: Final[Mapping[str, Callable[[Status, datetime], bool]]] = {
    "stream_taken": lambda status, _now: status.disputed,
    "stream_refused": lambda status, _now: status.refused,
    "stream_silent": lambda status, now: (
        status.silent_since is not None and now - status.silent_since >= _SILENCE
    ),
    "no_container": lambda status, _now: status.container_missing,
    "quota_spent_by_others": lambda status, _now: status.spent_by_others,
}
"""What a source that plans its own calls may need the user for."""


def issues(entry_id: str) -> list[str]:
    """Return the ids of all repair issues that an entry may have raised."""
    return [f"{key}_{entry_id}" for key in (_ISSUE_BLOCKED, *ISSUES)]


class SourcePoller(DataUpdateCoordinator[None]):
    """Asks one source regularly and hands what it says to the garage.

    `error` is why the last poll failed, `failed` are the cars it could not read, `listed` those
    that the source lists (None if that was not read since the start), `missing` those that were
    not in its last list.
    """

    config_entry: MyBMWConfigEntry
    counts_calls: ClassVar[bool] = False
    _forgiving: ClassVar[bool] = True

    def __init__(
        self, coordinator: GarageCoordinator, source: Source, interval: timedelta | None
    ) -> None:
        super().__init__(
            coordinator.hass,
            _LOGGER,
            config_entry=coordinator.config_entry,
            name=source.name,
            update_interval=interval,
            always_update=False,
        )
        self.source = source
        self.due = ""
        self.error: ClientError | None = None
        self.failed: frozenset[str] = frozenset()
        self.listed: frozenset[str] | None = None
        self.missing: frozenset[str] = frozenset()
        self._coordinator = coordinator
        self._interval = interval or _PAUSE
        self._answered = False
        self._rounds = Rounds(self.hass, self.config_entry, source.name, coordinator.redactor)
        coordinator.pollers[source.name] = self

    def can_read(self, vin: str) -> bool:
        """Tell whether the last poll, if there was one, could read the car.

        A spent quota leaves values as they are: nothing is known to be wrong with them.
        """
        fine = self.error is None or isinstance(self.error, QuotaError)
        return fine and vin not in self.failed and vin not in self.missing

    def lists(self, vin: str) -> bool:
        """Tell whether the source has the car, in its list or, as long as nothing failed, before.

        A car that it cannot be asked about since the start may have been sold.
        """
        if self.listed is not None:
            return vin in self.listed
        known = self._coordinator.vehicles.get(vin, ())
        return self.error is None and any(item.source == self.source.name for item in known)

    @property
    def can_ask(self) -> bool:
        """Whether somebody may ask for a look at cars."""
        return True

    def note(self, poll: Poll) -> None:
        """Remember how a poll went."""
        self.error = poll.error
        self.failed = frozenset(
            vin for vin, error in poll.errors.items() if not isinstance(error, QuotaError)
        )
        if poll.vins is not None:
            self.listed = poll.vins

    def dump(self) -> Mapping[str, object] | None:
        """Return what the source has to remember."""
        return None

    async def async_ask_all(self) -> None:
        """Ask about all cars, because somebody wants it."""
        await self.async_request_refresh()

    async def async_ask(self, vin: str) -> Poll:
        """Ask about one car, because somebody wants it; return what that brought."""
        poll = await self._rounds.attempt(lambda: self.source.poll(vin))
        self._coordinator.async_take_some(poll)
        return poll

    async def async_begin(self, *, known: bool) -> None:
        """Poll for the first time, unless cars are `known` from before.

        A failure raises, so that set-up is tried again; but not if BMW refuses us altogether,
        since trying again soon can only do harm.
        """
        self._answered = known
        if known:
            return
        try:
            await self.async_config_entry_first_refresh()
        except ConfigEntryNotReady as error:
            if isinstance(self.error, BlockedError):
                raise blocked_error(self.error) from error
            raise

    @callback
    def async_go_on(self, wait: timedelta) -> None:
        """Poll regularly; what is known already bridges the first wait."""
        if not self._answered or self.last_update_success is False or self.listed or self.error:
            self._keep_polling()
            return
        self.due = due_after(wait)
        self.config_entry.async_on_unload(async_call_later(self.hass, wait, self._begin_polling))

    @callback
    def _begin_polling(self, _now: datetime) -> None:
        self._keep_polling()
        self.config_entry.async_create_background_task(
            self.hass, self.async_refresh(), f"{DOMAIN} first poll"
        )

    @callback
    def _keep_polling(self) -> None:
        """A coordinator without listeners does not poll."""
        self.config_entry.async_on_unload(self.async_add_listener(lambda: None))

    async def _poll(self) -> Poll:
        return await self.source.poll()

    @override
    async def _async_update_data(self) -> None:
        """Poll the source; what it read before it failed counts all the same."""
        before = self.error
        poll = await self._rounds.attempt(self._poll)
        pause = pause_after(poll.error, max(self._interval, self._rounds.rest))
        self.due = due_after(pause)
        self._coordinator.async_take(self, poll)
        self._set_blocked_issue(poll.error)
        self._answered |= poll.error is None
        if poll.error is not None:
            grace = self._forgiving and self._answered and not isinstance(before, AuthError)
            raise poll_error(poll.error, pause, grace=grace) from poll.error

    def _set_blocked_issue(self, error: ClientError | None) -> None:
        """Raise the issue when BMW refuses us, delete it when BMW answers again."""
        if error is None:
            self._set_issue(_ISSUE_BLOCKED, wrong=False)
        elif isinstance(error, BlockedError):
            self._set_issue(_ISSUE_BLOCKED, wrong=True, severity=ir.IssueSeverity.ERROR)

    def _set_issue(
        self, key: str, *, wrong: bool, severity: ir.IssueSeverity = ir.IssueSeverity.WARNING
    ) -> None:
        """Raise a repair issue, or delete it."""
        issue = f"{key}_{self.config_entry.entry_id}"
        if not wrong:
            ir.async_delete_issue(self.hass, DOMAIN, issue)
            return
        ir.async_create_issue(
            self.hass,
            DOMAIN,
            issue,
            is_fixable=False,
            severity=severity,
            translation_key=key,
            translation_placeholders={"account": self.config_entry.title},
        )


class PlannedPoller(SourcePoller):
    """Lets a source work when it wants to, and listen to what cars send in between.

    Its listeners are told when the source's status may have changed.
    """

    source: PlanningSource
    counts_calls = True
    _forgiving = False

    def __init__(self, coordinator: GarageCoordinator, source: PlanningSource) -> None:
        super().__init__(coordinator, source, None)
        self._timer: CALLBACK_TYPE | None = None
        self._lost = False

    @property
    @override
    def can_ask(self) -> bool:
        return self.source.status.calls_left_for_user > 0

    @override
    def can_read(self, vin: str) -> bool:
        """What a car has reported stays true until it reports again, unless we are locked out."""
        locked_out = isinstance(self.error, AuthError)
        return not locked_out and vin not in self.failed and vin not in self.missing

    @override
    def note(self, poll: Poll) -> None:
        """Remember what a round of work has shown; it need not have looked at every car."""
        locked = {vin for vin, error in poll.errors.items() if isinstance(error, NotAllowedError)}
        failed = self.failed.difference(poll.readings) | locked
        super().note(poll)
        self.failed = failed

    @override
    def dump(self) -> Mapping[str, object]:
        return self.source.dump()

    @override
    async def async_ask_all(self) -> None:
        poll = await self._rounds.attempt(self.source.poll)
        self._coordinator.async_take(self, poll)
        self._replan()

    @override
    async def async_ask(self, vin: str) -> Poll:
        try:
            return await super().async_ask(vin)
        finally:
            self._replan()

    @override
    async def async_begin(self, *, known: bool) -> None:
        """Work for the first time, unless cars are known from before.

        A failure raises, and no call is made before the source wants to try again; but a spent
        quota does not keep the cars from sending something.
        """
        self.config_entry.async_on_unload(self._cancel)
        if not known:
            await self._begin_anew()

    @override
    @callback
    def async_go_on(self, wait: timedelta) -> None:
        """Listen, and work when the source wants to."""
        self.config_entry.async_create_background_task(
            self.hass,
            self._rounds.listening.keep_running(
                lambda: self.source.listen(self._coordinator.async_push, self._changed)
            ),
            f"{DOMAIN} {self.source.name} stream",
        )
        self._replan()

    async def _begin_anew(self) -> None:
        due = self._rounds.due(self.source.due)
        if due > dt_util.utcnow():
            raise ConfigEntryNotReady(
                translation_domain=DOMAIN,
                translation_key="waiting",
                translation_placeholders={"time": f"{dt_util.as_local(due):%H:%M}"},
            )
        try:
            await self.async_config_entry_first_refresh()
        except ConfigEntryNotReady:
            if not isinstance(self.error, QuotaError):
                raise
        finally:
            await self._coordinator.async_save()

    @override
    async def _poll(self) -> Poll:
        return await self.source.work()

    @override
    async def _async_update_data(self) -> None:
        try:
            await super()._async_update_data()
        finally:
            self.due = ""
            self._replan()

    @callback
    def _changed(self) -> None:
        """The plan, or the state of the stream, is another one than before."""
        state = self.source.status.stream
        if state is StreamState.LOGIN_NEEDED:
            self.config_entry.async_start_reauth(self.hass)
        lost = state not in (StreamState.CONNECTED, StreamState.CONNECTING)
        if state is not StreamState.CONNECTING and lost is not self._lost:
            self._lost = lost
            _LOGGER.info("The stream of %s is %s", self.name, "lost" if lost else "back")
        self._replan()

    @callback
    def _replan(self) -> None:
        """Wake up when the source wants to work; look at what the user may be needed for."""
        if self._coordinator.closed:
            return
        self._cancel()
        if not isinstance(self.error, AuthError):
            due = self._rounds.due(self.source.due)
            self._timer = async_track_point_in_utc_time(self.hass, self._wake, due)
        now, status = dt_util.utcnow(), self.source.status
        for key, wrong in ISSUES.items():
            self._set_issue(key, wrong=wrong(status, now))
        self._rounds.tell(status)
        self.async_update_listeners()
        self._coordinator.async_schedule_save(SOON)

    @callback
    def _wake(self, _planned: datetime) -> None:
        """Work, unless fresh data have put that off meanwhile."""
        self._timer = None
        if self._rounds.due(self.source.due) > dt_util.utcnow() + timedelta(seconds=1):
            self._replan()
            return
        self.config_entry.async_create_background_task(
            self.hass, self.async_refresh(), f"{DOMAIN} {self.source.name} work"
        )

    @callback
    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer()
            self._timer = None
