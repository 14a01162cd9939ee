"""Whether a car has not sent anything because it is asleep, or because there was no stream."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

from ..core.attributes import CONNECTION, AnyReading
from ..core.convert import mapping
from ..core.source import SILENT_AFTER, Push
from ..core.values import Connection
from .clock import saved_time
from .mapping import SOURCE

CURRENT_FOR: Final = timedelta(hours=48)
"""How long values count as current while there is no stream and no successful request."""

ASLEEP_AFTER: Final = timedelta(minutes=15)
"""How long after its last message a car counts as asleep."""

_OUTAGE: Final = timedelta(minutes=2)
_MIN_WAIT: Final = 1.0


class Connectivity:
    """Tracks when each car has last sent a message, and publishes its connection state.

    `listening_since` is when the stream was connected for the first time.
    """

    def __init__(self) -> None:
        """Create it without cars and without a stream."""
        self.last_message: dict[str, datetime] = {}
        self.listening_since: datetime | None = None
        self._silent: dict[str, datetime] = {}
        self._cars: dict[str, Connection | None] = {}
        self._lost: datetime | None = datetime.now(UTC)
        self._connected = self._lost
        self._read: dict[str, datetime] = {}
        self._changed = asyncio.Event()

    def watch(self, vins: Iterable[str]) -> None:
        """Set the cars to track."""
        now = datetime.now(UTC)
        self._cars = {vin: self._cars.get(vin) for vin in vins}
        silent = self._cars.keys() - self.last_message.keys()
        self._silent = {vin: self._silent.get(vin, now) for vin in silent}
        self._changed.set()

    @property
    def silent_since(self) -> datetime | None:
        """Return since when the stream is connected without a message of any car."""
        return None if self.last_message else self.listening_since

    @property
    def silent_cars(self) -> dict[str, datetime]:
        """Return since when the stream is connected without a first message of a car, by VIN."""
        return dict(self._silent) if self._lost is None else {}

    def long_silent(self, vin: str, now: datetime) -> bool:
        """Return whether a car has sent no first message for an hour."""
        since = self._silent.get(vin)
        return since is not None and now - since >= SILENT_AFTER

    def message_received(self, vin: str, now: datetime) -> None:
        """Record that a car has sent a message."""
        self.last_message[vin] = now
        self._silent.pop(vin, None)
        if self._cars.get(vin) is not Connection.ACTIVE:
            self._changed.set()

    def set_connected(self, *, connected: bool) -> None:
        """Record whether the stream is connected."""
        now = datetime.now(UTC)
        if connected:
            self.listening_since = self.listening_since or now
            if self._lost is not None and now - self._connected >= _OUTAGE:
                self._silent = dict.fromkeys(self._silent, now)
            self._lost = None
        elif self._lost is None:
            self._lost = self._connected = now
        self._changed.set()

    def request_succeeded(self, vin: str, now: datetime) -> None:
        """Record that a request for the values of a car has succeeded."""
        self._read[vin] = now

    def current_until(self, vin: str) -> datetime | None:
        """Return until when the values of a car are current, None while there is a stream."""
        if self._lost is None:
            return None
        times = (self._connected, self._read.get(vin), self.last_message.get(vin))
        return max(time for time in times if time is not None) + CURRENT_FOR

    def lapsed(self, vin: str) -> bool:
        """Return whether the values of a car are no longer current."""
        until = self.current_until(vin)
        return until is not None and until <= datetime.now(UTC)

    async def run(self, push: Push, sleep: Callable[[float], Awaitable[object]]) -> None:
        """Push changed connection states, until cancelled."""
        while True:
            self._changed.clear()
            now = datetime.now(UTC)
            changed = {vin: [self._reading(vin, now)] for vin in self._changed_cars(now)}
            if changed:
                push(changed)
            await self._wait(self._next(now), sleep)

    def dump(self) -> dict[str, str]:
        """Return the time of the last message of each car, as JSON."""
        return {vin: time.isoformat() for vin, time in self.last_message.items()}

    def load(self, saved: object, now: datetime) -> None:
        """Restore a `dump`; times in the future are set to now."""
        times = ((str(vin), saved_time(text)) for vin, text in mapping(saved).items())
        self.last_message |= {vin: min(time, now) for vin, time in times if time is not None}

    def go_back(self, by: timedelta) -> None:
        """Shift all times after the system clock was set back."""
        self.last_message = {vin: time - by for vin, time in self.last_message.items()}
        self._lost = self._lost and self._lost - by
        self._connected -= by
        self.listening_since = self.listening_since and self.listening_since - by
        self._silent = {vin: time - by for vin, time in self._silent.items()}
        self._read = {vin: time - by for vin, time in self._read.items()}
        self._changed.set()

    def dump_reach(self) -> dict[str, object]:
        """Return the times of the stream and of successful requests, as JSON."""
        connected = datetime.now(UTC) if self._lost is None else self._connected
        return {
            "connected": connected.isoformat(),
            "read": {vin: time.isoformat() for vin, time in self._read.items()},
            "listening_since": self.listening_since and self.listening_since.isoformat(),
            "silent": {vin: time.isoformat() for vin, time in self._silent.items()},
        }

    def load_reach(self, saved: object, now: datetime) -> None:
        """Restore a `dump_reach`; times in the future are set to now."""
        fields = mapping(saved)
        connected = saved_time(fields.get("connected"))
        if connected is not None:
            self._connected = min(connected, now)
        since = saved_time(fields.get("listening_since"))
        self.listening_since = since and min(since, now)
        for times, key in ((self._read, "read"), (self._silent, "silent")):
            for vin, text in mapping(fields.get(key)).items():
                if (time := saved_time(text)) is not None:
                    times[str(vin)] = min(time, now)

    async def _wait(
        self, seconds: float | None, sleep: Callable[[float], Awaitable[object]]
    ) -> None:
        if seconds is None:
            await self._changed.wait()
            return
        waiting = [
            asyncio.ensure_future(self._changed.wait()),
            asyncio.ensure_future(sleep(max(_MIN_WAIT, seconds))),
        ]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()

    def _changed_cars(self, now: datetime) -> list[str]:
        return [vin for vin, known in self._cars.items() if self._state(vin, now) is not known]

    def _state(self, vin: str, now: datetime) -> Connection | None:
        last = self.last_message.get(vin)
        if self._lost is not None:
            gone = now - self._lost >= _OUTAGE or self._cars.get(vin) is None
            return Connection.NO_STREAM if gone else self._cars.get(vin)
        if last is None:
            return Connection.NEVER_SENT
        return Connection.ACTIVE if now - last < ASLEEP_AFTER else Connection.ASLEEP

    def _reading(self, vin: str, now: datetime) -> AnyReading:
        state = self._state(vin, now) or Connection.NO_STREAM
        self._cars[vin] = state
        return CONNECTION.at(state, now, SOURCE)

    def _next(self, now: datetime) -> float | None:
        """Return the seconds until a state may change without a message."""
        if self._lost is not None:
            left = self._lost + _OUTAGE - now
            return left.total_seconds() if left > timedelta() else None
        ends = [
            self.last_message[vin] + ASLEEP_AFTER
            for vin, state in self._cars.items()
            if state is Connection.ACTIVE and vin in self.last_message
        ]
        return min(((end - now).total_seconds() for end in ends), default=None)
