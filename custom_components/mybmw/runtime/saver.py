"""When what is known is written to the disk: little at once, what cars report seldom.

Values are written every 15 minutes while data flow, and a minute after a car has gone quiet, or
something has changed that matters most; the latter ten times a day at most.
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

MATTERS_MOST: Final[frozenset[AnyAttribute]] = frozenset(
    {
        car.LOCK_STATE,
        car.CHARGING_STATUS,
        car.CHARGER_CONNECTED,
        *car.LIDS.values(),
    }
)
"""What is written a minute after it has changed: locks, doors, plug and charging."""

_DAY: Final = timedelta(days=1)
_REGULAR: Final = timedelta(seconds=LATER)
_EARLY: Final = timedelta(seconds=SOON)
_AFTER_FAILURE: Final = timedelta(minutes=5)
_MOST_EARLY: Final = 10
_MOST_QUIET: Final = 6


@dataclass(slots=True)
class _Timing:
    """When one car was written, and is to be: by now at the latest, or if it has gone quiet."""

    written: datetime | None = None
    early: deque[datetime] = field(default_factory=lambda: deque(maxlen=_MOST_EARLY))
    due: datetime | None = None
    quiet: datetime | None = None
    timer: CALLBACK_TYPE | None = None

    def touch(self, now: datetime, *, matters: bool) -> datetime:
        """Note news; return when to look whether it is time to write."""
        regular = now + _EARLY
        if self.written is not None and self.written <= now:
            regular = max(regular, self.written + _REGULAR)
        if matters and self._early_left(now, _MOST_EARLY):
            regular = now + _EARLY
        self.due = regular if self.due is None else min(self.due, regular)
        self.quiet = now + _EARLY if self._early_left(now, _MOST_QUIET) else None
        return self.due if self.quiet is None else min(self.due, self.quiet)

    def wait(self, now: datetime) -> timedelta:
        """Return how long to wait yet, nothing if it is time; clocks that were set do not count."""
        times = [time for time in (self.due, self.quiet) if time is not None]
        left = min(times, default=now) - now
        return left if timedelta() < left <= _REGULAR else timedelta()

    def note(self, now: datetime) -> None:
        """Note that the car was written."""
        if self.written is not None and timedelta() <= now - self.written < _REGULAR:
            self.early.append(now)
        self.written = now

    def _early_left(self, now: datetime, most: int) -> bool:
        return (
            len(self.early) < most
            or sum(timedelta() <= now - time < _DAY for time in self.early) < most
        )


class Saver:
    """Saves what `plan` returns, and what `car_of` returns of each of the cars `known`."""

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
        self._busy = asyncio.Lock()
        self._stop: CALLBACK_TYPE | None = hass.bus.async_listen(
            EVENT_HOMEASSISTANT_FINAL_WRITE, self._stopping
        )
        self._entry = entry
        entry.async_on_unload(self._let_go)

    async def load(self) -> Contents:
        """Return all that was saved."""
        return await self._store.load()

    @callback
    def touch(self, vin: str, *, matters: bool = False) -> None:
        """Write a car before long, since there is news of it."""
        timing = self._timings.setdefault(vin, _Timing())
        if timing.timer is not None and not matters:
            timing.touch(dt_util.utcnow(), matters=False)
            return
        now = dt_util.utcnow()
        timing.touch(now, matters=matters)
        if not self._store.cars.has(vin):
            timing.due = now + timedelta(seconds=AT_ONCE)
        self._arm(vin, timing, timing.wait(now))

    @callback
    def schedule(self, delay: float) -> None:
        """Write the plan within some seconds."""
        if self._stop is not None:
            self._store.schedule(self._plan, delay)

    async def save_plan(self) -> None:
        """Write the plan now, and cars that were never written: without them it is of no use."""
        async with self._busy:
            for vin in list(self._known()):
                if not self._store.cars.has(vin):
                    await self._write(vin)
            await self._store.save(self._plan())

    async def save(self) -> None:
        """Write everything now, the plan first: it names the cars."""
        async with self._busy:
            await self._store.save(self._plan())
            for vin in list(self._known()):
                await self._write(vin)

    @callback
    def forget(self, vin: str) -> None:
        """Delete the file of a car."""
        self._cancel(self._timings.pop(vin, _Timing()))
        self._hass.async_create_task(self._store.cars.remove([vin]))
        self.schedule(SOON)

    @callback
    def close(self) -> None:
        """Write nothing more by itself."""
        for timing in self._timings.values():
            self._cancel(timing)
        self._let_go()

    @callback
    def _let_go(self) -> None:
        """Write later what was read if set-up has failed; it may work meanwhile, and read more."""
        for vin, timing in self._timings.items():
            if timing.timer is not None:
                timing.due = timing.quiet = dt_util.utcnow() + _AFTER_FAILURE
                self._arm(vin, timing, _AFTER_FAILURE)
        if self._stop is not None:
            self._stop()
            self._stop = None

    async def _stopping(self, _event: Event) -> None:
        """Write everything, but the plan if Home Assistant is about to write it at this moment."""
        async with self._busy:
            if not self._store.pending:
                await self._store.save(self._plan())
            for vin in list(self._known()):
                await self._write(vin)

    async def _write(self, vin: str) -> None:
        contents, timing = self._car_of(vin), self._timings.setdefault(vin, _Timing())
        self._cancel(timing)
        timing.due = timing.quiet = None
        if contents is not None and await self._store.cars.save(vin, contents):
            timing.note(dt_util.utcnow())

    @callback
    def _arm(self, vin: str, timing: _Timing, wait: timedelta) -> None:
        @callback
        def look(_now: datetime) -> None:
            timing.timer = None
            left = timing.wait(dt_util.utcnow())
            if self._stop is None and self._entry.state is ConfigEntryState.LOADED:
                return  # set-up has worked since then
            if left:
                self._arm(vin, timing, left)
            else:
                self._hass.async_create_task(self._write(vin))

        self._cancel(timing)
        job = HassJob(look, cancel_on_shutdown=True)
        timing.timer = async_call_later(self._hass, wait, job)

    @staticmethod
    def _cancel(timing: _Timing) -> None:
        if timing.timer is not None:
            timing.timer()
            timing.timer = None
