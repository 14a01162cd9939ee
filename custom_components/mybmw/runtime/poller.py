"""Polling of sources, at an interval or at the times that a source plans."""

from collections.abc import Awaitable, Callable
from copy import replace
from datetime import datetime, timedelta
import logging
from typing import Final, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.exceptions import ConfigEntryError, ConfigEntryNotReady
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
    SecretNeededError,
    Source,
    Status,
    UnexpectedError,
    capabilities_of,
)
from ..client.core.attributes import CONNECTION
from ..client.core.values import Connection, StreamState, Unreadable
from ..const import DOMAIN
from .availability import PlannedAvailability, SourceAvailability, is_dead_login
from .copies import RestoredLogin
from .errors import pause_after, poll_error, translated_error
from .health import Health
from .issues import ANSWER_NEEDED
from .silence import SilentCars
from .sink import Account, Sink
from .status_issues import ISSUES
from .store import SOON
from .supervision import Supervision

_LOGGER = logging.getLogger(__name__)

_PAUSE: Final = timedelta(minutes=5)


class SourcePoller(SourceAvailability, DataUpdateCoordinator[None]):
    """Polls one source at an interval, listens to its stream, and passes data to the sink.

    Its listeners are called when the status of the source may have changed.
    """

    config_entry: ConfigEntry

    def __init__(
        self, account: Account, sink: Sink, source: Source, interval: timedelta | None
    ) -> None:
        SourceAvailability.__init__(self, source, sink.vehicles)
        DataUpdateCoordinator.__init__(
            self,
            account.hass,
            _LOGGER,
            config_entry=account.entry,
            name=source.name,
            update_interval=interval,
        )
        self.due: datetime | None = None
        self.health = Health()
        self._sink = sink
        self._issues = account.issues
        self._interval = interval or _PAUSE
        self._answered = False
        self._supervision = Supervision(account, source.name)
        self._restored_login = RestoredLogin(account.issues, source.name)
        self._silent = SilentCars(account.issues, sink.vehicles, self._may_send)
        self._stream_lost = False
        self._timer: CALLBACK_TYPE | None = None
        self._lapse_timer: CALLBACK_TYPE | None = None
        self.config_entry.async_on_unload(self._cancel)

    @property
    def can_poll_car(self) -> bool:
        """Return whether the user may poll a car now."""
        left = self.source_status.calls_left_for_user
        return self.can.polled is not None and (left is None or left > 0)

    @property
    @override
    def status(self) -> Status:
        """Return the status of the source, with the time of the next poll."""
        status = super().status
        return replace(status, next_call=self.due) if self.due else status

    @callback
    def record_error(self, error: ClientError) -> None:
        """Record the error of a command or a picture, which may require a new login."""
        if isinstance(error, SecretNeededError):
            self._issues.update(ANSWER_NEEDED, wrong=True, source=self.name)
        if is_dead_login(error):
            self.error = error
            self._start_reauth()
            self._sink.async_update_availability(self)
            self.async_update_listeners()

    @callback
    def restore_refusal(self) -> None:
        """Restore that BMW refused the source before a restart."""
        self.refused_before = True
        self._sink.async_update_availability(self)

    @callback
    def _start_reauth(self) -> None:
        """Start a reauth flow at once if a new login is required."""
        if is_dead_login(self.error):
            self.config_entry.async_start_reauth(self.hass)

    async def async_poll_all(self) -> None:
        """Poll all cars at the user's request."""
        await self.async_request_refresh()
        self._start_reauth()

    async def async_poll_car(self, vin: str) -> Poll:
        """Poll one car at the user's request."""
        failed = self.error is not None or self.refused_before
        if (polled := self.can.polled) is None:
            return Poll()
        poll = await self._attempt(lambda: polled.poll(vin))
        if not self._sink.closed:
            self.record_car_poll(vin, poll)
            self._sink.async_process_car_poll(poll)
            self._start_reauth()
            if failed and self.error is None and not self.refused_before:
                self._recover()
            self._sink.async_update_availability(self)
        return poll

    @callback
    def _recover(self) -> None:
        """Return to the usual interval, since the source has answered."""
        _LOGGER.info("Fetching %s data recovered", self.name)
        if self.update_interval is not None:
            self.due = dt_util.utcnow() + self._interval
        self.async_set_updated_data(None)

    async def async_first_poll(self, *, known: bool) -> None:
        """Poll for the first time, unless cars are `known` from the store.

        Raises an error that retries set-up, or ends it if BMW blocks the source.
        """
        self._answered = known
        if known:
            return
        try:
            await self.async_config_entry_first_refresh()
        except ConfigEntryNotReady as error:
            if isinstance(self.error, BlockedError):
                raise translated_error(ConfigEntryError, self.error.key) from error
            raise

    @callback
    def async_start(self, wait: timedelta) -> None:
        """Listen to the stream, and poll at the interval, first after `wait` with stored data."""
        self._listen()
        if not self._answered or self.last_update_success is False or self.listed or self.error:
            self._schedule_polls()
            return
        self.due = dt_util.utcnow() + wait
        self.config_entry.async_on_unload(async_call_later(self.hass, wait, self._start_polling))

    @callback
    def _start_polling(self, _now: datetime) -> None:
        self._schedule_polls()
        self.config_entry.async_create_background_task(
            self.hass, self.async_refresh(), f"{DOMAIN} first poll"
        )

    @callback
    def _schedule_polls(self) -> None:
        """Add a listener, since a coordinator without listeners does not poll."""
        self.config_entry.async_on_unload(self.async_add_listener(lambda: None))

    async def _poll(self) -> Poll:
        return Poll() if self.can.polled is None else await self.can.polled.poll()

    async def _attempt(self, work: Callable[[], Awaitable[Poll]]) -> Poll:
        """Return the poll of `work`, which has an error if that failed unexpectedly."""
        try:
            with self._supervision.asking:
                poll = await work()
        except UnexpectedError as error:
            poll = Poll(error=error)
        self._supervision.record(poll.errors.values())
        self.health.note_errors([poll.error, *poll.errors.values()], dt_util.utcnow())
        return poll

    @override
    async def _async_update_data(self) -> None:
        """Poll the source; values that were read before an error are used."""
        before = self.error
        poll = await self._attempt(self._poll)
        pause = pause_after(poll.error, max(self._interval, self._supervision.pause))
        self.due = dt_util.utcnow() + pause
        self._sink.async_process_poll(self, poll)
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
                lambda: pushing.listen(self._sink.async_push, self._handle_change)
            ),
            f"{DOMAIN} {self.source.name} stream",
        )

    @callback
    def _handle_change(self) -> None:
        """Handle a change of the plan or of the stream's state."""
        self.invalidate_status()
        state = self.source_status.stream
        self.stream_needs_login = state is StreamState.LOGIN_NEEDED
        if self.stream_needs_login:
            self.config_entry.async_start_reauth(self.hass)
        lost = state is not StreamState.CONNECTED
        if state not in (None, StreamState.CONNECTING) and lost is not self._stream_lost:
            self._stream_lost = lost
            _LOGGER.info("The stream of %s is %s", self.name, "lost" if lost else "back")
        self._replan(status_known=True)

    @callback
    def _replan(self, *, status_known: bool = False) -> None:
        """Plan the next call, and update issues and listeners."""
        if self._sink.closed:
            return
        if not status_known:
            self.invalidate_status()
        self._cancel()
        self._plan()
        now, status = dt_util.utcnow(), self.source_status
        if lapse := self.next_lapse(now):
            self._lapse_timer = async_track_point_in_utc_time(self.hass, self._lapsed, lapse)
        self.note_health(now)
        self._check_login(status)
        for key, wrong in ISSUES.items():
            self._issues.update(key, wrong=wrong(status, now), about=self.source.name)
        self._silent.update(status, now)
        self._supervision.update_issue(status)
        self._sink.async_update_availability(self)
        self.async_update_listeners()
        self._sink.async_schedule_save(SOON)

    @callback
    def note_health(self, now: datetime) -> None:
        """Note how the source is doing."""
        status = self.source_status
        self.health.note_stream(status.stream, now)
        self.health.note_received(status.received, now)

    @callback
    def _check_login(self, status: Status) -> None:
        """Update the issue about a login from a backup."""
        dead = self.stream_needs_login or is_dead_login(self.error)
        works = status.stream is StreamState.CONNECTED or self.last_poll is not None
        self._restored_login.update(status, works=works, dead=dead)

    def _may_send(self, vin: str) -> bool:
        """Return whether a car could send by the stream."""
        tracing = self.can.tracing
        return self.can_read(vin) and (tracing is None or tracing.streams(vin))

    @callback
    def _lapsed(self, _planned: datetime) -> None:
        """Update cars whose values are outdated, also those without a stream."""
        self._lapse_timer = None
        reading = CONNECTION.at(Connection.NO_STREAM, dt_util.utcnow(), self.source.name)
        silent = [vin for vin in self.cars() if self.unreadable(vin) is Unreadable.SILENT]
        unknown = [vin for vin in silent if self._vehicles[vin].value(CONNECTION) is None]
        self._sink.async_push({vin: [reading] for vin in unknown})
        self._replan()

    @callback
    def _plan(self) -> None:
        """Plan the next call; polls at an interval are scheduled by the coordinator."""

    @callback
    def _cancel(self) -> None:
        for cancel in filter(None, (self._timer, self._lapse_timer)):
            cancel()
        self._timer = self._lapse_timer = None


class PlannedPoller(PlannedAvailability, SourcePoller):
    """Polls a source at the times that it plans, and listens to its stream."""

    def __init__(self, account: Account, sink: Sink, source: Source, planned: Planned) -> None:
        SourcePoller.__init__(self, account, sink, source, None)
        planned.accepts = sink.accepts
        self._source = planned
        self._due: datetime | None = None

    @override
    async def async_poll_all(self) -> None:
        poll = await self._attempt(super()._poll)
        self._sink.async_process_poll(self, poll)
        self._start_reauth()
        self._replan()

    @override
    async def async_poll_car(self, vin: str) -> Poll:
        try:
            return await super().async_poll_car(vin)
        finally:
            self._replan()

    @override
    @callback
    def async_start(self, wait: timedelta) -> None:
        """Listen to the stream, and poll at the planned times."""
        self._listen()
        self._replan()

    @override
    async def async_first_poll(self, *, known: bool) -> None:
        """Poll for the first time, unless cars are `known` from the store.

        Raises `ConfigEntryNotReady` after an error, and before the planned time. A spent quota is
        no error, since cars may send values.
        """
        if known:
            return
        due = self._supervision.due(self._source.due)
        if due > dt_util.utcnow():
            time = f"{dt_util.as_local(due):%H:%M}"
            raise translated_error(ConfigEntryNotReady, "waiting", time=time)
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
        """Poll; if no car sends data, raise an error that is logged once."""
        settled = self._answered
        try:
            await super()._async_update_data()
            if settled and (error := self.no_data_error) is not None:
                raise poll_error(error, timedelta(), grace=True) from error
        finally:
            self.due = None
            self._replan()

    @override
    @callback
    def _plan(self) -> None:
        if not isinstance(self.error, AuthError):
            self._start_timer()

    @callback
    def _start_timer(self) -> None:
        """Start a timer for the planned time, of some minutes at most since clocks may change."""
        self._due = self._supervision.due(self._source.due)
        wait = min(self._due - dt_util.utcnow(), _PAUSE)
        self._timer = async_call_later(self.hass, max(wait, timedelta()), self._poll_if_due)

    @callback
    def _poll_if_due(self, _now: datetime) -> None:
        """Poll, unless the planned time is later, perhaps since new data have arrived."""
        self._timer = None
        due = self._supervision.due(self._source.due)
        if due > dt_util.utcnow() + timedelta(seconds=1):
            self._start_timer() if due == self._due else self._replan()
            return
        self.config_entry.async_create_background_task(
            self.hass, self.async_refresh(), f"{DOMAIN} {self.source.name} work"
        )


def poller_of(
    account: Account, sink: Sink, source: Source, interval: timedelta | None
) -> SourcePoller:
    """Return the poller of a source."""
    planned = capabilities_of(source).planned
    if planned is not None:
        return PlannedPoller(account, sink, source, planned)
    return SourcePoller(account, sink, source, interval)
