"""More ways to drive: short stops, silent drives, ferries; and what a perfect observer would note.

See cardata.md#stream-messages, #stale-values.
"""

from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
import math
from typing import Final

from .carstate import DRIVER_DOOR, HEADER, ODOMETER, CarState
from .days import HOUR, LEAVING, Part, Place, Step, commute, drive, plan
from .fingerprints import Json
from .timeline import LATITUDE, LONGITUDE, TRIP_END, Change
from .world import timestamp

MINUTE: Final = 60.0
_DOOR_SHUT: Final = 35.0
_LOCKED: Final = 30.0
_DEGREE: Final = 111.2


@dataclass(frozen=True, slots=True)
class Driven:
    """A trip as it was: seconds from the start of the timeline, and km."""

    start: float
    end: float
    km: float


@dataclass
class Observer:
    """Notes the trips of the steps that it accompanies."""

    trips: list[Driven] = field(default_factory=list)

    def of(self, step: Step) -> Step:
        """Return the same step; it counts as one trip."""

        def noted(car: CarState, at: float) -> Part:
            before = car.odometer
            car, last = yield from _timed(step(car, at))
            km = math.floor(car.odometer) - math.floor(before)
            self.trips.append(Driven(at + _DOOR_SHUT, last - _LOCKED, km))
            return car

        return noted


def away(car: CarState, km: float, bearing: float) -> Place:
    """Return a place so far from the car, in a straight line."""
    north, east = math.cos(math.radians(bearing)), math.sin(math.radians(bearing))
    narrow = math.cos(math.radians(car.position[0]))
    return (
        car.position[0] + km * north / _DEGREE,
        car.position[1] + km * east / _DEGREE / narrow,
    )


def _timed(part: Part) -> Generator[Change, None, tuple[CarState, float]]:
    """Run a part; return the car and the time of the newest change."""
    last = -math.inf
    while True:
        try:
            change = next(part)
        except StopIteration as end:
            return end.value, last
        last = max(last, change.measured)
        yield change


def _unsent(part: Part) -> tuple[CarState, float]:
    """Run a part of which nothing is sent; return the car and the time of the newest change."""
    timed = _timed(part)
    while True:
        try:
            next(timed)
        except StopIteration as end:
            car, last = end.value
            return car, last


def errand(car: CarState, at: float, stop: float = 150.0, km: float = 6.0) -> Part:
    """Drive somewhere with a stop of so many seconds, in which the car is locked."""
    car, locked = yield from _timed(drive(car, at, away(car, km, 200.0)))
    return (yield from drive(car, locked - _LOCKED + stop - LEAVING, away(car, km, 250.0)))


def silent_drive(car: CarState, at: float) -> Part:
    """Drive to work or home in a car that only says so when it is switched off, as an i3."""
    car, locked = _unsent(commute(car, at))
    end = locked - _LOCKED
    yield from car.say(end + 20, {ODOMETER: int(car.odometer)}, car.trip(end, 100), car.energy())
    return car


def lost_drive(car: CarState, at: float) -> Part:
    """Drive to work or home without a message, as where there is no network."""
    yield from ()
    return _unsent(commute(car, at))[0]


def ferry(car: CarState, at: float, hours: float = 1.0, km: float = 40.0) -> Part:
    """Be carried elsewhere; the car sends its position and odometer on the way and at the end."""
    goal = away(car, km, 300.0)
    here = car.position
    for part in (0.3, 0.6, 1.0):
        place = tuple(a + part * (b - a) for a, b in zip(here, goal, strict=True))
        car = replace(car, away=(place[0], place[1]))
        yield from car.say(at + part * hours * HOUR, car.where())
    return car


def mid_drive_segments(changes: Iterable[Change], every: int = 2) -> Iterator[Change]:
    """Report ends of trips while the car is driven, as an i5 does with its positions."""
    count, shut = 0, False
    for change in changes:
        yield change
        if change.descriptor == DRIVER_DOOR:
            shut = change.value == "CLOSED"
        if change.descriptor == LATITUDE and shut:
            count += 1
            if count % every == 0:
                ended = timedelta(seconds=change.measured - 20)
                yield Change(change.at + 0.5, TRIP_END, ended, delay=change.delay + 0.5)


def app_answers(
    changes: Iterable[Change], start: datetime, every: float = 5 * MINUTE
) -> Iterator[tuple[datetime, Json]]:
    """Yield what the app API answers when it is asked every so many seconds, with the time."""
    known: dict[str, Change] = {}
    due = every
    for change in sorted(changes, key=lambda item: item.at):
        while change.at > due:
            if ODOMETER in known:
                yield start + timedelta(seconds=due), _answer(known, start, due)
            due += every
        if change.descriptor in _APP:
            known[change.descriptor] = change


_APP: Final = (ODOMETER, LATITUDE, LONGITUDE, HEADER)


def _answer(known: Mapping[str, Change], start: datetime, now: float) -> Json:
    updated = max(change.measured for change in known.values())
    values = {key: change.value for key, change in known.items()}
    return {
        "state": {
            "lastFetched": timestamp(start + timedelta(seconds=now)),
            "lastUpdatedAt": timestamp(start + timedelta(seconds=updated)),
            "currentMileage": values[ODOMETER],
            "location": {
                "coordinates": {
                    "latitude": values.get(LATITUDE),
                    "longitude": values.get(LONGITUDE),
                }
            },
            "electricChargingState": {"chargingLevelPercent": values.get(HEADER)},
        },
        "capabilities": {},
    }


def weekday(car: CarState, at: float, observer: Observer, way: Step = commute) -> Part:
    """Drive to work and home."""
    note = observer.of(way)
    return (yield from plan(car, [(7.5 * HOUR, note), (17 * HOUR, note)], at))
