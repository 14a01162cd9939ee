"""Whether a car is silent because it sleeps, or because nobody could hear it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

from ..core.attributes import CONNECTION, AnyReading
from ..core.convert import mapping
from ..core.source import Push
from ..core.values import Connection
from .clock import saved_time
from .mapping import SOURCE

CURRENT_FOR: Final = timedelta(hours=48)
"""How long values count as current while a car cannot be reached."""

ASLEEP_AFTER: Final = timedelta(minutes=15)
"""How long a car has to be silent to count as asleep."""

_OUTAGE: Final = timedelta(minutes=2)
_SOON: Final = 1.0


class Connectivity:
    """Knows when each car was last heard, and tells when that means something else than before."""

    def __init__(self) -> None:
        """Nobody has been heard yet, and there is no stream."""
        self.heard: dict[str, datetime] = {}
        self._cars: dict[str, Connection | None] = {}
        self._lost: datetime | None = datetime.now(UTC)
        self._connected = self._lost
        self._read: dict[str, datetime] = {}
        self._news = asyncio.Event()

    def watch(self, vins: Iterable[str]) -> None:
        """Take over which cars there are."""
        self._cars = {vin: self._cars.get(vin) for vin in vins}
        self._news.set()

    def hear(self, vin: str, now: datetime) -> None:
        """Note that a car has sent something."""
        self.heard[vin] = now
        if self._cars.get(vin) is not Connection.ACTIVE:
            self._news.set()

    def connect(self, *, connected: bool) -> None:
        """Note that there is a stream, or is none any more."""
        if connected:
            self._lost = None
        elif self._lost is None:
            self._lost = self._connected = datetime.now(UTC)
        self._news.set()

    def read(self, vin: str, now: datetime) -> None:
        """Note that a request for the values of a car has succeeded."""
        self._read[vin] = now

    def current_until(self, vin: str) -> datetime | None:
        """Return when the values of a car cease to be current, None while there is a stream."""
        if self._lost is None:
            return None
        times = (self._connected, self._read.get(vin), self.heard.get(vin))
        return max(time for time in times if time is not None) + CURRENT_FOR

    def lapsed(self, vin: str) -> bool:
        """Return whether the values of a car are not current any more."""
        until = self.current_until(vin)
        return until is not None and until <= datetime.now(UTC)

    async def run(self, tell: Push, sleep: Callable[[float], Awaitable[object]]) -> None:
        """Tell what changes, until cancelled."""
        while True:
            self._news.clear()
            now = datetime.now(UTC)
            changed = {vin: [self._reading(vin, now)] for vin in self._changed(now)}
            if changed:
                tell(changed)
            await self._wait(self._next(now), sleep)

    def dump(self) -> dict[str, str]:
        """Return when each car was last heard, as JSON."""
        return {vin: time.isoformat() for vin, time in self.heard.items()}

    def load(self, saved: object, now: datetime) -> None:
        """Take over what `dump` wrote; times in the future count as now."""
        times = ((str(vin), saved_time(text)) for vin, text in mapping(saved).items())
        self.heard |= {vin: min(time, now) for vin, time in times if time is not None}

    def go_back(self, by: timedelta) -> None:
        """Go on though the clock was set back."""
        self.heard = {vin: time - by for vin, time in self.heard.items()}
        self._lost = self._lost and self._lost - by
        self._connected -= by
        self._read = {vin: time - by for vin, time in self._read.items()}
        self._news.set()

    def dump_reach(self) -> dict[str, object]:
        """Return when there last was a stream, and each car was last read, as JSON."""
        connected = datetime.now(UTC) if self._lost is None else self._connected
        return {
            "connected": connected.isoformat(),
            "read": {vin: time.isoformat() for vin, time in self._read.items()},
        }

    def load_reach(self, saved: object, now: datetime) -> None:
        """Take over what `dump_reach` wrote; nothing is believed to be later than now."""
        fields = mapping(saved)
        connected = saved_time(fields.get("connected"))
        if connected is not None:
            self._connected = min(connected, now)
        for vin, text in mapping(fields.get("read")).items():
            if (time := saved_time(text)) is not None:
                self._read[str(vin)] = min(time, now)

    async def _wait(
        self, seconds: float | None, sleep: Callable[[float], Awaitable[object]]
    ) -> None:
        if seconds is None:
            await self._news.wait()
            return
        waiting = [
            asyncio.ensure_future(self._news.wait()),
            asyncio.ensure_future(sleep(max(_SOON, seconds))),
        ]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()

    def _changed(self, now: datetime) -> list[str]:
        return [vin for vin, known in self._cars.items() if self._state(vin, now) is not known]

    def _state(self, vin: str, now: datetime) -> Connection | None:
        heard = self.heard.get(vin)
        if self._lost is not None:
            gone = now - self._lost >= _OUTAGE or self._cars.get(vin) is None
            return Connection.NO_STREAM if gone else self._cars.get(vin)
        if heard is None:
            return Connection.NEVER_SENT
        return Connection.ACTIVE if now - heard < ASLEEP_AFTER else Connection.ASLEEP

    def _reading(self, vin: str, now: datetime) -> AnyReading:
        state = self._state(vin, now) or Connection.NO_STREAM
        self._cars[vin] = state
        return CONNECTION.at(state, now, SOURCE)

    def _next(self, now: datetime) -> float | None:
        """Return the seconds until a state may change by itself."""
        if self._lost is not None:
            left = self._lost + _OUTAGE - now
            return left.total_seconds() if left > timedelta() else None
        ends = [
            self.heard[vin] + ASLEEP_AFTER
            for vin, state in self._cars.items()
            if state is Connection.ACTIVE and vin in self.heard
        ]
        return min(((end - now).total_seconds() for end in ends), default=None)
