"""Asking the sources: some regularly, others when they want to be asked."""

from collections.abc import Callable, Mapping
from copy import replace
from datetime import datetime, timedelta
import logging
from typing import Final, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.exceptions import ConfigEntryNotReady
from homeassistant.helpers.event import async_call_later, async_track_point_in_utc_time
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
from homeassistant.util import dt as dt_util

from ..client import (
    AuthError,
    BlockedError,
    ClientError,
    Planned,
    Poll,
    QuotaError,
    Source,
    Status,
    capabilities_of,
)
from ..client.core.attributes import CONNECTION
from ..client.core.values import Connection, StreamState, Unreadable
from ..const import DOMAIN
from .errors import blocked_error, pause_after, poll_error
from .reach import PlannedReach, Reach, is_dead_login
from .sink import Account, Sink
from .store import SOON
from .supervision import Supervision

_LOGGER = logging.getLogger(__name__)

_SILENCE: Final = timedelta(hours=48)
_PAUSE: Final = timedelta(minutes=5)

ISSUES: Final[Mapping[str, Callable[[Status, datetime], bool]]] = {
    "stream_taken": lambda status, _now: status.disputed,
    "stream_refused": lambda status, _now: status.refused,
    "stream_silent": lambda status, now: (
        status.silent_since is not None and now - status.silent_since >= _SILENCE
    ),
    "price_limit": lambda status, _now: status.bill is not None and status.bill.stopped,
    "no_container": lambda status, _now: status.container_missing,
    "quota_spent_by_others": lambda status, _now: status.spent_by_others,
}
"""What the status of a source may show that the user is needed for."""


class SourcePoller(Reach, DataUpdateCoordinator[None]):
    """Asks one source regularly, listens to it, and hands what that brings to the sink.

    Its listeners are called when the source's status may have changed.
    """

    config_entry: ConfigEntry

    def __init__(
        self, account: Account, sink: Sink, source: Source, interval: timedelta | None
    ) -> None:
        Reach.__init__(self, source, sink.vehicles)
        DataUpdateCoordinator.__init__(
            self,
            account.hass,
            _LOGGER,
            config_entry=account.entry,
            name=source.name,
            update_interval=interval,
        )
        self.due: datetime | None = None
        self._sink = sink
        self._issues = account.issues
        self._interval = interval or _PAUSE
        self._answered = False
        self._supervision = Supervision(account, source.name)
        self._lost = False
        self._timer: CALLBACK_TYPE | None = None
        self._lapse: CALLBACK_TYPE | None = None
        self.config_entry.async_on_unload(self._cancel)

    @property
    def can_ask(self) -> bool:
        """Whether somebody may ask for a look at cars."""
        left = self.source_status.calls_left_for_user
        return self.can.polled is not None and (left is None or left > 0)

    @property
    @override
    def status(self) -> Status:
        """How the source is doing; who is polled regularly does not know itself when."""
        status = super().status
        return replace(status, next_call=self.due) if self.due else status

    @callback
    def note_error(self, error: ClientError) -> None:
        """Take in that a command or a picture could not be had: the login may be dead."""
        if is_dead_login(error):
            self.error = error
            self._needs_user()
            self._sink.async_check(self)
            self.async_update_listeners()

    @callback
    def note_refusal(self) -> None:
        """Take in that BMW refused us before a restart: commands will hardly work."""
        self.refused_before = True
        self._sink.async_check(self)

    @callback
    def _needs_user(self) -> None:
        """Ask for a new login at once."""
        if is_dead_login(self.error):
            self.config_entry.async_start_reauth(self.hass)

    async def async_ask_all(self) -> None:
        """Ask about all cars, because somebody wants it."""
        await self.async_request_refresh()
        self._needs_user()

    async def async_ask(self, vin: str) -> Poll:
        """Ask about one car, because somebody wants it; return what that brought."""
        failed = self.error is not None or self.refused_before
        if (polled := self.can.polled) is None:
            return Poll()
        poll = await self._supervision.attempt(lambda: polled.poll(vin))
        if not self._sink.closed:
            self.note_one(vin, poll)
            self._sink.async_take_some(poll)
            self._needs_user()
            if failed and self.error is None and not self.refused_before:
                self._recover()
            self._sink.async_check(self)
        return poll

    @callback
    def _recover(self) -> None:
        """Poll as usual again, since the source has answered meanwhile."""
        _LOGGER.info("Fetching %s data recovered", self.name)
        if self.update_interval is not None:
            self.due = dt_util.utcnow() + self._interval
        self.async_set_updated_data(None)

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
        """Listen, and poll regularly; what is known already bridges the first wait."""
        self._listen()
        if not self._answered or self.last_update_success is False or self.listed or self.error:
            self._keep_polling()
            return
        self.due = dt_util.utcnow() + wait
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
        return Poll() if self.can.polled is None else await self.can.polled.poll()

    @override
    async def _async_update_data(self) -> None:
        """Poll the source; what it read before it failed counts all the same."""
        before = self.error
        poll = await self._supervision.attempt(self._poll)
        pause = pause_after(poll.error, max(self._interval, self._supervision.rest))
        self.due = dt_util.utcnow() + pause
        self._sink.async_take(self, poll)
        self._answered |= poll.error is None
        if poll.error is not None:
            grace = self._answered and not isinstance(before, AuthError)
            grace = grace and self.can.planned is None
            raise poll_error(poll.error, pause, grace=grace) from poll.error

    @callback
    def _listen(self) -> None:
        if (pushing := self.can.pushing) is None:
            return
        self.config_entry.async_create_background_task(
            self.hass,
            self._supervision.listening.keep_running(
                lambda: pushing.listen(self._sink.async_push, self._changed)
            ),
            f"{DOMAIN} {self.source.name} stream",
        )

    @callback
    def _changed(self) -> None:
        """The plan, or the state of the stream, is another one than before."""
        self.forget_status()
        state = self.source_status.stream
        self.stream_needs_login = state is StreamState.LOGIN_NEEDED
        if self.stream_needs_login:
            self.config_entry.async_start_reauth(self.hass)
        lost = state is not StreamState.CONNECTED
        if state not in (None, StreamState.CONNECTING) and lost is not self._lost:
            self._lost = lost
            _LOGGER.info("The stream of %s is %s", self.name, "lost" if lost else "back")
        self._replan(status_known=True)

    @callback
    def _replan(self, *, status_known: bool = False) -> None:
        """Plan what is next, and look at what the user may be needed for."""
        if self._sink.closed:
            return
        if not status_known:
            self.forget_status()
        self._cancel()
        self._plan()
        now, status = dt_util.utcnow(), self.source_status
        if lapse := self.next_lapse(now):
            self._lapse = async_track_point_in_utc_time(self.hass, self._lapsed, lapse)
        for key, wrong in ISSUES.items():
            self._issues.update(key, wrong=wrong(status, now), about=self.source.name)
        self._supervision.tell(status)
        self._sink.async_check(self)
        self.async_update_listeners()
        self._sink.async_schedule_save(SOON)

    @callback
    def _lapsed(self, _planned: datetime) -> None:
        """Tell of cars that could not be reached for long; without a stream nothing else does."""
        self._lapse = None
        reading = CONNECTION.at(Connection.NO_STREAM, dt_util.utcnow(), self.source.name)
        silent = [vin for vin in self.cars() if self.unreadable(vin) is Unreadable.SILENT]
        unknown = [vin for vin in silent if self._vehicles[vin].value(CONNECTION) is None]
        self._sink.async_push({vin: [reading] for vin in unknown})
        self._replan()

    @callback
    def _plan(self) -> None:
        """Plan the next call, which a regular poll has done already."""

    @callback
    def _cancel(self) -> None:
        for cancel in filter(None, (self._timer, self._lapse)):
            cancel()
        self._timer = self._lapse = None


class PlannedPoller(PlannedReach, SourcePoller):
    """Lets a source work when it wants to, and listens to what cars send in between."""

    def __init__(self, account: Account, sink: Sink, source: Source, planned: Planned) -> None:
        SourcePoller.__init__(self, account, sink, source, None)
        planned.accepts = sink.shows
        self._source = planned
        self._due: datetime | None = None

    @override
    async def async_ask_all(self) -> None:
        poll = await self._supervision.attempt(super()._poll)
        self._sink.async_take(self, poll)
        self._needs_user()
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
        if not known:
            await self._begin_anew()

    @override
    @callback
    def async_go_on(self, wait: timedelta) -> None:
        """Listen, and work when the source wants to."""
        self._listen()
        self._replan()

    async def _begin_anew(self) -> None:
        due = self._supervision.due(self._source.due)
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
            await self._sink.async_save()

    @override
    async def _poll(self) -> Poll:
        return await self._source.work()

    @override
    async def _async_update_data(self) -> None:
        """Work; that nothing comes of any car is logged once, as if the source had failed."""
        settled = self._answered
        try:
            await super()._async_update_data()
            if settled and (error := self.silence) is not None:
                raise poll_error(error, timedelta(), grace=True) from error
        finally:
            self.due = None
            self._replan()

    @override
    @callback
    def _plan(self) -> None:
        if not isinstance(self.error, AuthError):
            self._wait()

    @callback
    def _wait(self) -> None:
        """Wake up when the source wants to work, or some minutes before to look at the clock."""
        self._due = self._supervision.due(self._source.due)
        wait = min(self._due - dt_util.utcnow(), _PAUSE)
        self._timer = async_call_later(self.hass, max(wait, timedelta()), self._wake)

    @callback
    def _wake(self, _now: datetime) -> None:
        """Work, unless that is not due yet or fresh data have put it off meanwhile."""
        self._timer = None
        due = self._supervision.due(self._source.due)
        if due > dt_util.utcnow() + timedelta(seconds=1):
            self._wait() if due == self._due else self._replan()
            return
        self.config_entry.async_create_background_task(
            self.hass, self.async_refresh(), f"{DOMAIN} {self.source.name} work"
        )


def poller_of(
    account: Account, sink: Sink, source: Source, interval: timedelta | None
) -> SourcePoller:
    """Return what asks a source: when it wants to if it plans its calls, else regularly."""
    planned = capabilities_of(source).planned
    if planned is not None:
        return PlannedPoller(account, sink, source, planned)
    return SourcePoller(account, sink, source, interval)
