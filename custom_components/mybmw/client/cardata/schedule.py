"""When to spend a REST call on which car.

The stream tells what changes while a car talks; a call is for what it did not tell. So calls go to
events first (a trip or a charge has ended, the car was plugged in), a little later, when BMW's
servers know the outcome; and to cars that have been quiet for longest, at a pace that makes the
calls of the day last: the interval grows as they get fewer, and fresh stream data put it off.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta, tzinfo
from typing import Final

from .quota import DAY, Ledger, Reason

SHORTEST: Final = timedelta(minutes=30)
"""The shortest time between two scheduled calls for any car."""

_NIGHTLY: Final = 4
_AFTER: Final[Mapping[Reason, timedelta]] = {
    Reason.SET_UP: timedelta(),
    Reason.PLUGGED_IN: timedelta(seconds=30),
    Reason.CHARGE_START: timedelta(minutes=1),
    Reason.CHARGE_END: timedelta(minutes=2),
    Reason.TRIP_END: timedelta(minutes=1),
}
_COOL_DOWN: Final[Mapping[Reason, timedelta]] = {
    Reason.SET_UP: timedelta(),
    Reason.PLUGGED_IN: timedelta(hours=1),
    Reason.CHARGE_START: timedelta(hours=1),
    Reason.CHARGE_END: timedelta(hours=1),
    Reason.TRIP_END: timedelta(minutes=10),
}


@dataclass(frozen=True, slots=True)
class Decision:
    """Which car to ask next, when, and why."""

    vin: str
    at: datetime
    reason: Reason


@dataclass(frozen=True, slots=True)
class Night:
    """The hours in which a car that says nothing is asked four times less often."""

    start: time
    end: time
    zone: tzinfo

    def holds(self, moment: datetime) -> bool:
        """Tell whether a time is within the night, which may go past midnight."""
        clock = moment.astimezone(self.zone).time()
        if self.start <= self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end


@dataclass(slots=True)
class _Car:
    told: datetime | None = None
    events: dict[Reason, datetime] = field(default_factory=dict)
    spent: dict[Reason, datetime] = field(default_factory=dict)


class Scheduler:
    """Plans the calls for the cars of one account."""

    def __init__(
        self, ledger: Ledger, night: Night | None = None, shortest: timedelta = SHORTEST
    ) -> None:
        """`ledger` says what is left to spend."""
        self._ledger = ledger
        self._night = night
        self._shortest = shortest
        self._cars: dict[str, _Car] = {}

    def watch(self, vins: Iterable[str]) -> None:
        """Take over which cars there are."""
        self._cars = {vin: self._cars.get(vin, _Car()) for vin in vins}

    def told(self, vin: str, now: datetime) -> None:
        """Note that a car's data are fresh, whether by a call or by the stream."""
        if vin in self._cars:
            self._cars[vin].told = now

    def event(self, vin: str, reason: Reason, now: datetime) -> None:
        """Note that something happened that is worth a call, unless it just was."""
        car = self._cars.get(vin)
        if car is None:
            return
        last = car.spent.get(reason)
        if last is None or now - last >= _COOL_DOWN[reason]:
            car.events.setdefault(reason, now + _AFTER[reason])

    def asked(self, vin: str, reason: Reason, now: datetime) -> None:
        """Note that a car was asked: everything that waited for that is settled."""
        car = self._cars.get(vin)
        if car is None:
            return
        for waiting in [*car.events, reason]:
            car.spent[waiting] = now
        car.events.clear()
        car.told = now

    def next(self, now: datetime) -> Decision | None:
        """Return the next call to make, None if nothing can be spent on any car."""
        decisions = [*self._by_event(now), *self._by_age(now)]
        return min(decisions, key=lambda decision: decision.at, default=None)

    def interval(self, now: datetime) -> timedelta:
        """Return the time between scheduled calls that makes what is left last for a day."""
        left = self._ledger.left(Reason.SCHEDULE, now)
        if left <= 0:
            return DAY
        even = DAY / max(1, self._ledger.limit - self._ledger.reserve)
        scarce = (self._ledger.limit - self._ledger.reserve) / left
        interval = max(self._shortest, even * scarce)
        return interval * _NIGHTLY if self._night and self._night.holds(now) else interval

    def _by_event(self, now: datetime) -> Iterable[Decision]:
        for vin, car in self._cars.items():
            for reason, due in car.events.items():
                if self._ledger.left(reason, now) > 0:
                    yield Decision(vin, max(due, now), reason)

    def _by_age(self, now: datetime) -> Iterable[Decision]:
        if self._ledger.left(Reason.SCHEDULE, now) <= 0:
            return
        every = self.interval(now) * len(self._cars)
        for vin, car in self._cars.items():
            due = now if car.told is None else car.told + every
            yield Decision(vin, max(due, now), Reason.SCHEDULE)
