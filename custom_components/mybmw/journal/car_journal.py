"""The journal of one car: when it evaluates the readings, and what it saves and publishes."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from heapq import nlargest
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util

from ..client import AnyAttribute, AnyReading, Garage, Vehicle, attributes as car
from ..client.core.records import Charge, Record
from ..client.core.values import ChargingSession
from ..client.journal.journal import Journal, JournalUpdate
from ..client.journal.log import JournalEvent, Log, Settings
from ..client.journal.observation import OBSERVED, Observation, observe
from ..runtime.files import mapping_of
from .store import CarFiles

if TYPE_CHECKING:
    from .statistics import JournalStatistics

_AFTER_BURST: Final = 2.0
_SHORTEST_WAIT: Final = timedelta(seconds=5)
_AFTER_FAILURE: Final = timedelta(minutes=1)
_HOUR: Final = timedelta(hours=1)
_OPEN_STATE: Final = timedelta(minutes=10)
_TOTALS: Final = (car.CHARGED_HOME, car.CHARGED_AWAY)
"""What is shown only after it is on the disk, since it must not fall after a restart."""

_STATISTICS: Final = "statistics"

type Push = Callable[[Mapping[str, Iterable[AnyReading]]], None]


class CarJournal:
    """Looks at a car two seconds after a change, when the journal wants to, and every full hour."""

    def __init__(
        self,
        hass: HomeAssistant,
        garage: Garage,
        vehicle: Vehicle,
        files: CarFiles,
        settings: Settings,
        push: Push,
        report: Callable[[str, JournalEvent], object],
        statistics: JournalStatistics | None = None,
    ) -> None:
        self.files = files
        self.statistics = statistics
        self.log = Log()
        self.journal = Journal(self.log, settings)
        self.vehicle = vehicle
        self._hass = hass
        self._garage = garage
        self._push = push
        self._report = report
        self._lock = asyncio.Lock()
        self._saved: Mapping[str, Any] = {}
        self._written: dict[str, int] = {}
        self._unsaved: dict[AnyAttribute, AnyReading] = {}
        self._saved_at: datetime | None = None
        self._timer: CALLBACK_TYPE | None = None
        self._due: datetime | None = None
        self._restored = self._closed = False

    async def async_load(self) -> None:
        """Restore the journal; it stays off if its file cannot be read, so as not to lose that."""
        async with self._lock:
            state = await self.files.load(self.log)
            if not state.failed:
                self.journal.load(state.contents)
                await self._start_statistics(mapping_of(state.contents).get(_STATISTICS))
                self._saved = self._state()
                self._restored = True

    async def _start_statistics(self, written: object) -> None:
        """Write what the recorder does not have; `written` says what it should have."""
        if self.statistics is not None:
            await self.statistics.async_start({**self.log.trips, **self.log.charges}, written)
            self._written = self.statistics.dump()

    def _state(self) -> dict[str, Any]:
        """Return the open state as JSON."""
        return {**self.journal.dump(), _STATISTICS: self._written}

    def newest(self, most: int) -> list[Record]:
        """Return the newest records, beginning with the last one."""
        records = chain[Record](self.log.trips.values(), self.log.charges.values())
        return nlargest(most, records, key=lambda item: item.end)

    def running(self) -> Charge | None:
        """Return the charge that goes on as far as it is known; None while none does."""
        return self.journal.running(self._observation())

    def unfinished(self, now: datetime) -> Iterator[Record]:
        """Yield the trip and the charge that are not over; one that goes on ends now."""
        trips, charge = self.journal.trips, self.running()
        trip = trips.current()
        if trip is not None:
            yield replace(trip, end=max(now, trip.end)) if trips.driving else trip
        if charge is not None:
            yield replace(charge, end=max(now, charge.end))

    @callback
    def note_change(self) -> None:
        """Look at the car soon."""
        self._schedule(dt_util.utcnow() + timedelta(seconds=_AFTER_BURST))

    @callback
    def take_charges(self, sessions: Iterable[ChargingSession]) -> None:
        """Take in past charges as a source lists them."""
        if self._restored and not self._closed:
            self.journal.take_charges(sessions)
            self.note_change()

    @callback
    def look(self, _now: datetime | None = None) -> None:
        """Look at the car now; save and publish what that has brought."""
        self._stop_timer()
        if self._hass.is_stopping or self._closed or not self._restored:
            return
        now = dt_util.now()
        # Before the look, so that an unexpected error in it does not end all looks
        self._schedule(_next_hour(now))
        update = self.journal.look(self._observation(), now)
        if update.again is not None:
            self._schedule(max(update.again, now + _SHORTEST_WAIT))
        state = self._state()
        if self._to_save(update, state, now):
            self._saved, self._saved_at = state, now
            self._hass.async_create_task(self._async_save(update, state))
        elif self._lock.locked():
            self._hass.async_create_task(self._async_publish(update))
        else:
            self._publish(update, saved=True)

    @callback
    def close(self) -> None:
        """Stop looking."""
        self._closed = True
        self._stop_timer()

    async def async_save(self) -> None:
        """Save everything now."""
        async with self._lock:
            changed, _ = self.log.take()
            state = self._state()
            if not self._restored or not await self.files.save(state, changed):
                return
            if await self.files.save_months(self.log):
                await self.files.save(state, {})

    async def async_shrink(self, months: int) -> None:
        """Replace trips that are older than a number of months by monthly totals."""
        async with self._lock:
            if not self._restored or self._closed or self.log.changed:
                return
            self.journal.shrink(months, dt_util.utcnow())
            changed, _ = self.log.take()
            if not changed:
                return
            if self.statistics is not None:
                self.statistics.replace(changed)
                self._written = self.statistics.dump()
            if await self.files.save(self._state(), changed):
                await self.files.save_months(self.log)

    async def async_remove(self) -> None:
        """Stop looking, and delete the files."""
        self.close()
        async with self._lock:
            self._restored = False
            await self.files.remove()

    async def async_wait(self) -> None:
        """Wait until what is being saved is published."""
        async with self._lock:
            pass

    def _to_save(self, update: JournalUpdate, state: Mapping[str, Any], now: datetime) -> bool:
        """Return whether to save: what is shown at once, and the open state now and then."""
        totals = any(
            item.attribute in _TOTALS and item.value != self.vehicle.value(item.attribute)
            for item in update.readings
        )
        if update.records or update.events or totals or self._unsaved or self.files.due:
            return True
        return state != self._saved and (
            self._saved_at is None or abs(now - self._saved_at) >= _OPEN_STATE
        )

    async def _async_save(self, update: JournalUpdate, state: Mapping[str, Any]) -> None:
        async with self._lock:
            saved = self._restored and await self.files.save(state, update.records)
            self._publish(update, saved=saved)
            if self.statistics is not None and update.records:
                self.statistics.update(update.records)
                self._written = self.statistics.dump()
            if not saved:
                self._saved, self._saved_at = {}, None
                self._schedule(dt_util.utcnow() + _AFTER_FAILURE)
            elif self.files.due:
                await self.files.save_months(self.log)

    async def _async_publish(self, update: JournalUpdate) -> None:
        """Publish after what is being saved."""
        async with self._lock:
            self._publish(update, saved=not self._unsaved)

    @callback
    def _publish(self, update: JournalUpdate, *, saved: bool) -> None:
        if self._garage.vehicles.get(self.vehicle.vin) is not self.vehicle:
            return
        found = {**self._unsaved, **{item.attribute: item for item in update.readings}}
        self._unsaved = {} if saved else {key: found.pop(key) for key in _TOTALS if key in found}
        if found:
            self._push({self.vehicle.vin: [*self._current(found.values())]})
        for event in update.events:
            self._report(self.vehicle.vin, event)

    def _current(self, readings: Iterable[AnyReading]) -> Iterator[AnyReading]:
        """Yield readings that replace the ones held, from a source that the account has."""
        held = {item.attribute: item.time for item in self.vehicle}
        sources = self._garage.sources.keys()
        known = sorted(sources & self.vehicle.sources)
        for item in readings:
            source = item.source if item.source in sources else next(iter(known), item.source)
            time = max(item.time, held.get(item.attribute, item.time))
            yield replace(item, time=time, source=source)

    def _observation(self) -> Observation:
        """Return the newest readings, without a position that the owner does not want to share."""
        hidden = self.vehicle.value(car.TRACKING_ENABLED) is False
        return observe(self.vehicle, OBSERVED - {car.POSITION} if hidden else OBSERVED)

    @callback
    def _schedule(self, when: datetime) -> None:
        """Look at this time, or at an earlier one that is scheduled."""
        if self._closed or (self._due is not None and self._due <= when):
            return
        self._stop_timer()
        self._due = when
        wait = max(timedelta(), min(when - dt_util.utcnow(), _HOUR))
        job = HassJob(self.look, cancel_on_shutdown=True)
        self._timer = async_call_later(self._hass, wait, job)

    @callback
    def _stop_timer(self) -> None:
        self._due = None
        if self._timer is not None:
            self._timer()
            self._timer = None


def _next_hour(now: datetime) -> datetime:
    """Return the next full hour of the local time, since days and months begin with one."""
    return now.replace(minute=0, second=0, microsecond=0) + _HOUR
