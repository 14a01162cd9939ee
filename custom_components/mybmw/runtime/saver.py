"""Scheduling of writes to the disk.

Values of cars are written every 15 minutes while data arrive, and a minute after a car has stopped
sending or an important attribute has changed; the latter at most ten times a day.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE
from homeassistant.core import CALLBACK_TYPE, Event, HassJob, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util

from ..client import attributes as car
from ..client.core.attributes import AnyAttribute
from .car_store import CarContents
from .store import AT_ONCE, LATER, SOON, Contents, GarageStore, Plan

IMPORTANT: Final[frozenset[AnyAttribute]] = frozenset(
    {
        car.LOCK_STATE,
        car.CHARGING_STATUS,
        car.CHARGER_CONNECTED,
        *car.LIDS.values(),
    }
)
"""The attributes that are written a minute after a change: locks, doors, plug and charging."""

_DAY: Final = timedelta(days=1)
_REGULAR: Final = timedelta(seconds=LATER)
_EARLY: Final = timedelta(seconds=SOON)
_AFTER_FAILURE: Final = timedelta(minutes=5)
_MAX_EARLY: Final = 10
_MAX_QUIET: Final = 6


@dataclass(slots=True)
class _Timing:
    """The times of writes of one car: the last ones, the latest next one, and that if quiet."""

    written: datetime | None = None
    early: deque[datetime] = field(default_factory=lambda: deque(maxlen=_MAX_EARLY))
    due: datetime | None = None
    quiet: datetime | None = None
    timer: CALLBACK_TYPE | None = None

    def schedule(self, now: datetime, *, important: bool) -> None:
        """Schedule the next write after a change."""
        regular = now + _EARLY
        if self.written is not None and self.written <= now:
            regular = max(regular, self.written + _REGULAR)
        if important and self._early_left(now, _MAX_EARLY):
            regular = now + _EARLY
        self.due = regular if self.due is None else min(self.due, regular)
        self.quiet = now + _EARLY if self._early_left(now, _MAX_QUIET) else None

    def wait(self, now: datetime) -> timedelta:
        """Return the time until the next write, zero if the clock was changed by more than that."""
        times = [time for time in (self.due, self.quiet) if time is not None]
        left = min(times, default=now) - now
        return left if timedelta() < left <= _REGULAR else timedelta()

    def record_write(self, now: datetime) -> None:
        """Record that the car was written."""
        if self.written is not None and timedelta() <= now - self.written < _REGULAR:
            self.early.append(now)
        self.written = now

    def _early_left(self, now: datetime, limit: int) -> bool:
        return sum(timedelta() <= now - time < _DAY for time in self.early) < limit


class Saver:
    """Saves the plan of an entry, and the contents of each known car."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        plan: Callable[[], Plan],
        car_of: Callable[[str], CarContents | None],
        known: Callable[[], Iterable[str]],
    ) -> None:
        self._hass = hass
        self._store = GarageStore(hass, entry.entry_id)
        self._plan = plan
        self._car_of = car_of
        self._known = known
        self._timings: dict[str, _Timing] = {}
        self._lock = asyncio.Lock()
        self._stop: CALLBACK_TYPE | None = hass.bus.async_listen(
            EVENT_HOMEASSISTANT_FINAL_WRITE, self._stopping
        )
        self._entry = entry
        entry.async_on_unload(self._stop_listening)

    async def load(self) -> Contents:
        """Return the stored contents."""
        return await self._store.load()

    @callback
    def schedule_car(self, vin: str, *, important: bool = False) -> None:
        """Schedule a write of a car after a change."""
        timing, now = self._timings.setdefault(vin, _Timing()), dt_util.utcnow()
        timing.schedule(now, important=important)
        if timing.timer is not None and not important:
            return
        if not self._store.cars.has(vin):
            timing.due = now + timedelta(seconds=AT_ONCE)
        self._start_timer(vin, timing, timing.wait(now))

    @callback
    def schedule(self, delay: float) -> None:
        """Write the plan within `delay` seconds."""
        if self._stop is not None:
            self._store.schedule(self._plan, delay)

    async def save_plan(self) -> None:
        """Write the plan now, and all cars in it that were never written."""
        async with self._lock:
            for vin in list(self._known()):
                if not self._store.cars.has(vin):
                    await self._write(vin)
            await self._store.save(self._plan())

    async def save(self) -> None:
        """Write everything now, beginning with the plan, which lists the cars."""
        async with self._lock:
            await self._store.save(self._plan())
            for vin in list(self._known()):
                await self._write(vin)

    @callback
    def remove_car(self, vin: str) -> None:
        """Delete the file of a car."""
        self._cancel(self._timings.pop(vin, _Timing()))
        self._hass.async_create_task(self._store.cars.remove([vin]))
        self.schedule(SOON)

    @callback
    def close(self) -> None:
        """Cancel all scheduled writes of cars."""
        for timing in self._timings.values():
            self._cancel(timing)
        self._stop_listening()

    @callback
    def _stop_listening(self) -> None:
        """Postpone scheduled writes after a failed set-up; the next one may succeed before."""
        for vin, timing in self._timings.items():
            if timing.timer is not None:
                timing.due = timing.quiet = dt_util.utcnow() + _AFTER_FAILURE
                self._start_timer(vin, timing, _AFTER_FAILURE)
        if self._stop is not None:
            self._stop()
            self._stop = None

    async def _stopping(self, _event: Event) -> None:
        """Write everything; Home Assistant itself writes a plan that is scheduled."""
        async with self._lock:
            if not self._store.pending:
                await self._store.save(self._plan())
            for vin in list(self._known()):
                await self._write(vin)

    async def _write(self, vin: str) -> None:
        contents, timing = self._car_of(vin), self._timings.setdefault(vin, _Timing())
        self._cancel(timing)
        timing.due = timing.quiet = None
        if contents is not None and await self._store.cars.save(vin, contents):
            timing.record_write(dt_util.utcnow())

    @callback
    def _start_timer(self, vin: str, timing: _Timing, wait: timedelta) -> None:
        @callback
        def write_if_due(_now: datetime) -> None:
            timing.timer = None
            left = timing.wait(dt_util.utcnow())
            if self._stop is None and self._entry.state is ConfigEntryState.LOADED:
                return  # a later set-up has succeeded and writes the car
            if left:
                self._start_timer(vin, timing, left)
            else:
                self._hass.async_create_task(self._write(vin))

        self._cancel(timing)
        job = HassJob(write_if_due, cancel_on_shutdown=True)
        timing.timer = async_call_later(self._hass, wait, job)

    @staticmethod
    def _cancel(timing: _Timing) -> None:
        if timing.timer is not None:
            timing.timer()
            timing.timer = None
